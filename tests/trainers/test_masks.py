"""The loss mask that is shown is the one that the real collators make, and the one that is counted without them."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.chat_templates import CHATML, MARKED, QWEN3, TOOLS, call, tokenizer_folder, turn
from tests.support.command_line import run_tuner, tuner_json
from Trainers.inspect import masks as script
from Trainers.inspect.masks import masks
from tuner.core.enums import DatasetFormat, Objective
from tuner.data.learned_turns import Turns
from tuner.data.report import DatasetReport
from tuner.data.tokens import count_tokens
from tuner.data.usable_rows import numbered_rows

pytestmark = pytest.mark.xdist_group("masks")
"""One worker alone has to load torch for them."""

LENGTH = 160
USER, ANSWER = turn("user", "turn on the light"), turn("assistant", "the lamp is on")
LONG = turn("user", "is it on? " * 80)
CONVERSATIONS = [
    {"messages": [USER, ANSWER]},
    {"messages": [turn("system", "Be é 🙂 brief"), USER, ANSWER, turn("user", "and now?"), ANSWER]},
    {"messages": [USER, turn("assistant", "well " * 300)]},
    {"messages": [LONG, ANSWER]},
    {"messages": [USER, turn("assistant", "", tool_calls=[call(on=True)])], "tools": TOOLS[:1]},
]
PAIRS = [
    {"prompt": [c["messages"][0]], "chosen": [c["messages"][1]], "rejected": [turn("assistant", "no")]}
    for c in CONVERSATIONS
    if len(c["messages"]) == 2
]
DATA: dict[str, list[dict[str, Any]]] = {
    "sft": CONVERSATIONS,
    "single": [CONVERSATIONS[0], CONVERSATIONS[3]],
    "text": [{"text": "turn on the light"}, {"text": "turn on the light " * 80}],
    "kto": [{**c, "label": i % 2 == 0} for i, c in enumerate(CONVERSATIONS)],
    "dpo": PAIRS,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("masks")
    for name, template in (("qwen3", QWEN3), ("marked", MARKED), ("chatml", CHATML)):
        tokenizer_folder(root / name, template)
    for name, rows in DATA.items():
        (root / f"{name}.jsonl").write_text("not json\n" + "".join(json.dumps(row) + "\n" for row in rows))
    return root


def ask(place: Path, data: str, objective: str, model: str = "qwen3", **more: Any) -> list[dict[str, Any]]:
    usual = {"train_on_inputs": "auto", "turns": "all", "start": 0, "rows": 20, "line": None, "trainer": "trl"}
    request = {
        "path": str(place / f"{data}.jsonl"),
        "format": "auto",
        "model": str(place / model),
        "objective": objective,
        "sequence_length": LENGTH,
        **usual,
        **more,
    }
    return masks(json.loads(json.dumps(request)))


CASES = [
    ("sft", "sft", "qwen3", {}),
    ("sft", "sft", "marked", {}),
    ("sft", "sft", "chatml", {"turns": "last"}),
    ("sft", "sft", "qwen3", {"train_on_inputs": "enabled"}),
    ("single", "sft", "qwen3", {}),
    ("text", "sft", "chatml", {}),
    ("text", "pretrain", "chatml", {}),
    ("kto", "kto", "qwen3", {}),
    ("dpo", "dpo", "chatml", {}),
    ("sft", "sft", "qwen3", {"trainer": "mlx"}),
    ("text", "sft", "chatml", {"trainer": "mlx"}),
]


@pytest.mark.parametrize(("data", "objective", "model", "more"), CASES)
def test_the_counts_are_those_of_the_collator(
    place: Path, data: str, objective: str, model: str, more: dict[str, Any]
) -> None:
    shown = ask(place, data, objective, model, **more)
    turns: Turns = more.get("turns", "all")
    report = count_tokens(
        place / f"{data}.jsonl",
        DatasetFormat.AUTO,
        Objective(objective),
        place / model,
        LENGTH,
        train_on_inputs=more.get("train_on_inputs", "auto"),
        turns=turns,
    )
    kept = [row for row in shown if row["trainable"]]
    assert sum(row["trainable"] for row in shown) == report.trainable > 0
    assert max(row["tokens"] for row in shown) == report.max
    limit = 10**9 if objective == "pretrain" else LENGTH
    assert sum(min(row["tokens"], limit) for row in kept) == report.tokens
    assert len({row["line"] for row in shown if row["truncated"]}) == report.truncated_rows
    assert len({row["line"] for row in shown} - {row["line"] for row in kept}) == report.untrainable_rows
    usable = numbered_rows(
        place / f"{data}.jsonl", DatasetFormat.AUTO, Objective(objective), DatasetReport(place / f"{data}.jsonl")
    )
    assert sorted({row["line"] for row in shown}) == [line for line, _ in usable]


def test_the_text_is_all_there_and_the_answer_is_marked(place: Path) -> None:
    first, several, long, prompt, called = ask(place, "sft", "sft", "chatml", sequence_length=260)
    assert [(text, learned) for text, learned in first["pieces"]] == [
        (first["rendered"].split("the lamp")[0], False),
        ("the lamp is on<|im_end|>\n", True),
    ]
    assert "".join(text for text, _ in several["pieces"]) == several["rendered"]
    assert [text for text, learned in several["pieces"] if learned] == ["the lamp is on<|im_end|>\n"] * 2
    assert "Be é 🙂 brief" in several["pieces"][0][0]
    assert long["truncated"] and long["rendered"].startswith("".join(text for text, _ in long["pieces"]))
    assert prompt["pieces"] == [(prompt["rendered"], False)]
    assert "the prompt alone fills 260 tokens" in prompt["note"]
    assert "leaves tool calls out" in called["note"]


def test_a_pair_is_shown_as_two(place: Path) -> None:
    chosen, rejected = ask(place, "dpo", "dpo", "chatml", rows=1)
    assert [row["note"] for row in (chosen, rejected)] == ["chosen", "rejected"]
    assert [row["pieces"][1][0] for row in (chosen, rejected)] == ["the lamp is on<|im_end|>\n", "no<|im_end|>\n"]


def test_rows_are_chosen_by_place_or_line(place: Path) -> None:
    assert [row["line"] for row in ask(place, "sft", "sft", start=1, rows=2, trainer="mlx")] == [3, 4]
    assert [row["line"] for row in ask(place, "sft", "sft", line=3, trainer="mlx")] == [3]
    assert ask(place, "sft", "sft", line=1, trainer="mlx") == []


def test_an_error_is_an_answer_too(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    written.close = lambda: None  # type: ignore[method-assign]  # to be read afterwards
    monkeypatch.setattr(sys, "stdin", io.StringIO("{}"))
    monkeypatch.setattr(script.os, "dup", lambda fd: fd)
    monkeypatch.setattr(script.os, "dup2", lambda *_: None)
    monkeypatch.setattr(script.os, "fdopen", lambda *_, **__: written)
    monkeypatch.setattr(script, "begin_loading", lambda: None)
    assert script.main() == 1
    assert json.loads(written.getvalue())["error"]["code"] == "TRAINER_CRASHED"


def test_packed_rows_without_a_learned_token_are_noticed() -> None:
    from datasets import Dataset

    from Trainers.common.trl_trainer import has_learned_tokens

    packed = {"input_ids": [[1, 2], [3, 4]], "labels": [[-100, -100], [-100, -100]]}
    assert not has_learned_tokens(Dataset.from_dict(packed))
    assert has_learned_tokens(Dataset.from_dict({**packed, "labels": [[-100, -100], [-100, 4]]}))
    assert has_learned_tokens(Dataset.from_dict({"prompt_ids": [[1]], "completion_ids": [[2]]})), "told by the trainer"


def test_the_command_asks_the_backends_interpreter(place: Path) -> None:
    words = ("data", "inspect", place / "kto.jsonl", "--objective", "kto", "--model", place / "qwen3", "-w", place)
    found = tuner_json(*words, "--sequence-length", str(LENGTH), "--backend", "cpu", "--rows", "2")
    assert [row["line"] for row in found["masks"]] == [2, 3]
    answer = "<think>\n\n</think>\n\nthe lamp is on<|im_end|>\n"
    assert found["masks"][0]["pieces"][-1] == {"text": answer, "trained": True}


@pytest.mark.parametrize(
    ("says", "code", "told"),
    [
        ("echo 'No module named torch' >&2; exit 1", 3, "No module named torch"),
        ("exit 1", 3, "it said nothing"),
        (None, 3, "No such file"),
        ("""echo '{"error": {"message": "no such tokenizer"}}'; exit 1""", 3, "no such tokenizer"),
        ("""echo '{"rows": []}'""", 4, "no usable row on line 1"),
    ],
)
def test_what_an_interpreter_cannot_do_is_told(
    place: Path, tmp_path: Path, says: str | None, code: int, told: str
) -> None:
    python = tmp_path / "python"
    if says is not None:
        python.write_text(f"#!/bin/sh\n{says}\n")
        python.chmod(0o755)
    words = ("data", "inspect", place / "sft.jsonl", "--model", place / "qwen3", "--backend", "cpu", "-w", place)
    done = run_tuner(*words, "--row", "1", TUNER_BACKENDS__CPU__PYTHON_PATH=str(python))
    assert done.returncode == code and told in done.stderr
