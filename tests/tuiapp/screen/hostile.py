"""Text that wants to be more than text, runs and files that are full of it, and what may reach the terminal."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import strategies as st
from textual.drivers.headless_driver import HeadlessDriver

from tests.support.run_builder import build_run, metric_row
from tests.tuiapp.screen.support import add_sft
from tuiapp.app import TunerApp
from tuner.config.workspace import Workspace
from tuner.core.states import RunState

ESC = "\x1b"
STRINGS = (
    f"{ESC}[2J{ESC}[H{ESC}[31mred{ESC}[0m",
    f"{ESC}]0;owned\x07title",
    f"{ESC}]52;c;Zm9v{ESC}\\clip",
    f"{ESC}]8;;http://evil{ESC}\\link{ESC}]8;;{ESC}\\",
    f"{ESC}P+q544e{ESC}\\dcs {ESC}_Gf=24;AAAA{ESC}\\apc",
    f"{ESC}]52;c;never ended",
    f"{ESC}c reset {ESC}(0 charset {ESC}#8",
    "\x9b2J\x9d0;c1\x9c \x90q\x9c",
    "[bold red]markup[/] [link=http://evil]here[/link]",
    "[/] [/nothing] [[] [@click=app.quit]quit[/] \\[",
    "[on red]$primary [reverse",
    ":skull: {0} %s %(x)s $(touch x) `id` ${HOME}",
    "gnp.exe\u202etxt \u2066isolate\u2069 \u200f\u061c",
    "nul\x00 bell\x07 back\x08\x08 tab\tvt\x0b ff\x0c del\x7f cr\rover",
    "two\nlines\u2028three\u2029four\x85five",
    "z" + "\u0301" * 300 + "algo",
    "👩\u200d👩\u200d👧 ﷽ 漢字 模型 👍🏽 \ufeff\u00ad \U000e0041\U000e007f",
    "\udcff\ud800 lone surrogates",
    "<script>alert(1)</script> &amp; '; DROP TABLE runs; --",
    "../../etc/passwd",
    "w" * 3000,
)
texts = st.one_of(
    st.sampled_from(STRINGS),
    st.lists(st.one_of(st.sampled_from(STRINGS), st.text(max_size=12)), min_size=1, max_size=3).map("".join),
    st.text(st.sampled_from(f"{ESC}\x07\r\n\t\x00\x9b\x9d\u202e\u2066\u0301\u200d漢👩[]/\\;mHJ0"), max_size=30),
)

_HARMLESS = re.compile(r"\x1b\[[0-9;]*[mH]|\x1b\[\?2026[hl]|\x1b\]22;[a-z-]*\x1b\\|\x1b\]22;[a-z-]*\x07|\r?\n")
"""What the screen itself sends: colours, places, the brackets around a frame, the pointer's shape."""
_COPIED = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@contextmanager
def only_text_is_sent() -> Iterator[list[str]]:
    """All that an application sends meanwhile is text, colours and places; gives what it sent."""
    sent: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TunerApp, "is_headless", False)  # or frames were not sent at all
        patch.setattr(HeadlessDriver, "write", lambda _, data: sent.append(data))
        yield sent
    text = "".join(sent)
    for copied in _COPIED.findall(text):
        plain = base64.b64decode(copied).decode()
        assert plain != "foo" and not FORBIDDEN.search(plain.replace("\n", "")), repr(plain)
    text = _HARMLESS.sub("", _COPIED.sub("", text))
    found = FORBIDDEN.search(text)
    assert found is None, repr(text[max(0, found.start() - 60) : found.end() + 60])


def add_hostile(workspace: Workspace, number: int, text: str) -> Path:
    """A failed run all of whose texts are this one: name, note, tags, metrics, message, error, log, configuration."""
    error = {"class": "user", "code": text, "message": text, "hint": text}
    path = build_run(
        workspace.runs,
        run_id=f"20261120-1000{number:02d}-sft-evil-{number:04x}",
        name=text,
        objective=text,
        backend=text,
        state=RunState.FAILED,
        rows=[_row(step, text) for step in range(1, 30)],
        checkpoints=(10, 20),
        manifest={
            "tags": [text, "plain"],
            "note": text,
            "parent_run": text,
            "job": {"model": {"base_model": text}, text: {text: text}},
            "dataset": {"path": text},
            "results": {"best": {"step": 20, "by": text, "value": 0.5}},
            "error": error,
        },
        state_patch={"step": 29, "total_steps": 30, "message": text, "phase": text, "error": error},
    )
    raw = text.encode("utf-8", "surrogatepass")
    (path / "console.log").write_bytes(raw + b" \xff\xfe\x80 in the log\nlast line\n")
    (path / "job.yaml").write_bytes(b"objective: " + raw + b" \xff\xfe\x80\n# last line\n")
    return path


def _row(step: int, text: str) -> dict[str, object]:
    row = metric_row(step, loss=2.0 / step)
    return {**row, text: 1.0 / step, f"eval/{text}": 3.0 / step, f"reward/{text}": text}


def add_hostile_files(root: Path) -> None:
    """Other tools' folders and configurations whose names and contents are hostile."""
    for number, name in enumerate(
        (b"evil\x1b[31mred\x1b]0;owned\x07", b"\xff\xfenot-utf-8", "\u202egnp.exe [bold]x [@click=app.quit]".encode())
    ):
        folder = Path(os.fsdecode(os.fsencode(root) + b"/theirs-" + name))
        checkpoint = folder / "checkpoint-10"
        checkpoint.mkdir(parents=True)
        text = STRINGS[number]
        history = [{"step": s, "loss": 1.0 / s, text: 0.5, "epoch": 0.1} for s in (5, 10)]
        state = {"global_step": 10, "log_history": history, "best_model_checkpoint": text, "best_metric": 0.5}
        (checkpoint / "trainer_state.json").write_text(json.dumps(state))
        (checkpoint / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": text, text: text}))
        (checkpoint / "adapter_model.safetensors").write_bytes(b"x")
        Path(os.fsdecode(os.fsencode(root) + b"/" + name + b".yaml")).write_bytes(b"objective: sft # " + text.encode())


def add_endless(workspace: Workspace) -> Path:
    """A run with lines of a megabyte in its log, its metrics and its configuration, and a name as long."""
    path = add_sft(workspace, "endless", "ffff")
    (path / "console.log").write_bytes(b"x" * 1_000_000 + b"\n" + b"\x1b[31m" * 200_000 + b"\nlast line\n")
    (path / "job.yaml").write_bytes(b"objective: " + b"[" * 1_000_000 + b"\n")
    [rows] = (path / "logs").glob("training_*.jsonl")
    with rows.open("ab") as file:
        file.write(
            b'{"step": 301, "' + b"m" * 1_000_000 + b'": 1.0}\n' + b"{" * 1_000_000 + b'\n{"step": 302, "loss": 0.2}\n'
        )
    manifest = path / "manifest.json"
    kept = json.loads(manifest.read_text())
    manifest.write_text(
        json.dumps({**kept, "name": "n" * 1_000_000, "note": "o" * 1_000_000, "tags": ["t" * 1_000_000]})
    )
    return path
