"""tuner data convert: another format, another kind of file, never over a file that is there."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.tuiapp.cli.conftest import CommandLine
from tuiapp.cli import row_progress
from tuiapp.cli.row_progress import RowProgress
from tuner.config.workspace import Workspace
from tuner.core.enums import DatasetFormat
from tuner.core.errors import ConfigurationError
from tuner.data.conversion import convert_file

HOLES = "data/holes.jsonl"


def rows_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_dataset_is_written_in_another_format(tuner: CommandLine, furnished: Workspace) -> None:
    out = furnished.root / "out.jsonl"
    done = tuner("data", "convert", HOLES, out, "--to", "messages")
    assert (done.code, done.out) == (0, f"{out}\n")
    assert "wrote 10 messages rows" in done.err
    assert "left out 4 rows" in done.err and "line 3: not valid JSON" in done.err
    assert rows_of(out)[0] == {
        "messages": [{"role": "user", "content": "question 0"}, {"role": "assistant", "content": "answer 0"}]
    }
    assert [p.name for p in furnished.root.iterdir() if p.name.startswith(".out")] == []


@pytest.mark.parametrize("suffix", [".json", ".csv", ".parquet", ".JSONL"])
def test_there_and_back(tuner: CommandLine, furnished: Workspace, suffix: str) -> None:
    between, back = furnished.root / f"between{suffix}", furnished.root / "back.jsonl"
    made = tuner.json("data", "convert", HOLES, between, "--to", "conversations")
    assert made == {
        "path": str(between),
        "format": "conversations",
        "rows": 10,
        "bytes": between.stat().st_size,
        "source": str(furnished.root / HOLES),
        "read": {"prompt_completion": 10},
        "left_out": 4,
        "problems": made["problems"],
    }
    assert [p["line"] for p in made["problems"]] == [3, 4, 5, 6]
    assert tuner("data", "convert", between, back, "--to", "alpaca").code == 0
    assert rows_of(back) == [{"instruction": f"question {i}", "input": "", "output": f"answer {i}"} for i in range(10)]


def test_a_file_that_is_there_stays(tuner: CommandLine, furnished: Workspace) -> None:
    out = furnished.root / "out.jsonl"
    out.write_text("mine")
    convert = ("data", "convert", HOLES, out, "--to", "messages")
    assert "--force" in tuner.error(*convert, expected=2)["hint"]
    assert out.read_text() == "mine"
    assert tuner(*convert, "--force").code == 0
    assert len(rows_of(out)) == 10
    itself = tuner("data", "convert", out, out, "--to", "text", "--force")
    assert itself.code == 0
    assert rows_of(out)[0] == {"text": "question 0\n\nanswer 0"}


def test_what_cannot_be_written_leaves_nothing(tuner: CommandLine, furnished: Workspace) -> None:
    before = sorted(furnished.root.iterdir())
    out = furnished.root / "out.jsonl"
    found = tuner.error("data", "convert", HOLES, out, "--to", "labelled", expected=2)
    assert "no row can be written as labelled (line 1: has no label" in found["message"]
    (furnished.root / "empty.jsonl").touch()
    assert "it has none" in tuner.error("data", "convert", "empty.jsonl", out, "--to", "text", expected=2)["message"]
    (furnished.root / "empty.jsonl").unlink()
    assert tuner.error("data", "convert", "no.jsonl", out, "--to", "text", expected=4)["code"] == "DATA_NOT_FOUND"
    assert "unknown kind" in tuner.error("data", "convert", "sft.yaml", out, "--to", "text", expected=2)["message"]
    assert (
        "cannot be written as .txt"
        in tuner.error("data", "convert", HOLES, "x.txt", "--to", "text", expected=2)["message"]
    )
    assert "without a suffix" in tuner.error("data", "convert", HOLES, "x", "--to", "text", expected=2)["message"]
    assert "not a folder" in tuner.error("data", "convert", HOLES, "none/x.csv", "--to", "text", expected=2)["message"]
    only = ("data", "convert", HOLES, out, "--to", "messages", "--objective", "kto")
    assert "kto cannot use" in tuner.error(*only, expected=2)["message"]
    assert sorted(furnished.root.iterdir()) == before


def test_a_disk_that_is_full(tuner: CommandLine, furnished: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tuner.data.conversion.write_records", full)
    out = furnished.root / "out.jsonl"
    assert tuner.error("data", "convert", HOLES, out, "--to", "text", expected=3)["code"] == "DISK_FULL"


def test_parquet_without_its_package(tuner: CommandLine, furnished: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = tuner("data", "convert", HOLES, furnished.root / "out.parquet", "--to", "text")
    assert done.code != 0
    assert "pip install pyarrow" in done.err


def test_auto_is_nothing_to_write(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no format to write"):
        convert_file(tmp_path / "a.jsonl", tmp_path / "b.jsonl", DatasetFormat.AUTO)


def test_mixed_formats_become_one(tuner: CommandLine, furnished: Workspace) -> None:
    rows = [{"prompt": "p", "chosen": "a", "rejected": "b"}, {"instruction": "p", "output": "c", "label": True}]
    (furnished.root / "mixed.json").write_text(json.dumps(rows))
    made = tuner.json("data", "convert", "mixed.json", furnished.root / "out.jsonl", "--to", "labelled")
    assert (made["rows"], made["read"]) == (3, {"preference": 1, "labelled": 1})


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    now = iter([0.0, 0.05, 2.0, 2.2, 4.0])
    with RowProgress("converting", lambda: next(now)) as progress:
        progress(0, 0.0)
        progress(512, 0.5)
        progress(1024, None)
        progress(2048, 1.0)
    shown = screen.getvalue().split("\r\x1b[K")
    assert shown == [
        "",
        f"converting {'█' * 12}{'░' * 12}  50% · 512 rows · 2s left",
        "converting · 1,024 rows",
        f"converting {'█' * 24} 100% · 2,048 rows · 0s left",
        "",
    ]


def test_what_is_no_terminal_sees_none(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr(sys, "stderr", file)
    monkeypatch.setattr(row_progress, "_EVERY", 0.0)
    with RowProgress("converting") as progress:
        progress(512, 0.5)
    assert file.getvalue() == ""
