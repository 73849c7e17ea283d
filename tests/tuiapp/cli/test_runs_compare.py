"""tuner runs compare|export"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.support.command_line import run_tuner
from tests.support.compared_runs import add_compared
from tests.support.run_builder import build_run
from tests.tuiapp.cli.conftest import CommandLine


@pytest.fixture
def three(tuner: CommandLine) -> CommandLine:
    add_compared(tuner.workspace)
    return tuner


def test_differences_are_shown_and_equal_settings_left_out(three: CommandLine) -> None:
    found = three.json("runs", "compare", "first", "second", "third")
    assert found.keys() == {"runs", "configuration", "metrics"}
    assert [(r["label"], r["base"]) for r in found["runs"]] == [("first", True), ("second", False), ("third", False)]
    rows = {r["path"]: r for r in found["configuration"]}
    assert list(rows) == ["method.lora.rank", "optimizer.learning_rate"]
    assert rows["method.lora.rank"] == {
        "path": "method.lora.rank",
        "equal": False,
        "values": [8, 16, 24],
        "origins": ["default", "set", "set"],
        "changed": [False, True, True],
    }
    loss = next(m for m in found["metrics"] if m["name"] == "loss")
    assert loss["better"] == "lower" and [v["leads"] for v in loss["values"]] == [False, False, True]
    assert loss["values"][1]["final_difference"] == pytest.approx(
        loss["values"][1]["final"] - loss["values"][0]["final"]
    )


def test_the_tables_tell_default_changed_and_best(three: CommandLine) -> None:
    out = three("runs", "compare", "first", "second", "--metric", "^loss$").out
    assert "8 (default)" in out and "≠ 16" in out and "loss ↓" in out and "★" in out
    assert "schedule.epochs" not in out and "eval_loss" not in out
    assert "schedule.epochs" in three("runs", "compare", "first", "second", "--all").out
    assert "schedule.epochs" in {
        r["path"] for r in three.json("runs", "compare", "first", "second", "--all")["configuration"]
    }


def test_runs_that_are_alike_or_tell_nothing(tuner: CommandLine) -> None:
    one, two = (build_run(tuner.workspace.runs, name=n, manifest={"job": {"seed": 1}}) for n in ("a", "b"))
    done = tuner("runs", "compare", one.name, two.name)
    assert "the configurations are the same" in done.err and "no run has such metrics" in done.err
    odd = [build_run(tuner.workspace.runs, name=n, backend=None) for n in ("c", "d")]
    assert "no run tells its configuration" in tuner("runs", "compare", *(r.name for r in odd)).err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("first",), 2, "one run alone"),
        (("first", "first"), 2, "named twice"),
        (("first", "nobody"), 4, "no run 'nobody'"),
        (("first", "second", "--metric", "("), 2, "no regular expression"),
    ],
)
def test_what_cannot_be_compared(three: CommandLine, words: tuple[str, ...], code: int, said: str) -> None:
    assert said in three.error("runs", "compare", *words, expected=code)["message"]


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "parquet", "png", "svg"])
def test_every_format_is_written_and_not_overwritten(three: CommandLine, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"out.{suffix}"
    found = three.json("runs", "export", "first", "second", "--to", path)
    assert found == {"path": str(path), "bytes": path.stat().st_size, "runs": ["first", "second"]}
    before = path.read_bytes()
    assert "is there already" in three.error("runs", "export", "first", "--to", path, expected=2)["message"]
    assert path.read_bytes() == before
    done = three("runs", "export", "first", "--to", path, "--force", "--metric", "loss")
    assert done.code == 0 and str(path) in done.err and path.read_bytes() != before


@pytest.mark.parametrize("axis", ["step", "relative", "wall", "epoch"])
def test_pictures_take_axes_smoothing_and_a_log(three: CommandLine, axis: str, tmp_path: Path) -> None:
    words = ("--to", tmp_path / "out.png", "--axis", axis, "--smooth", "0.9", "--log-y")
    assert three("runs", "export", "first", "third", *words).code == 0
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def test_stdout_needs_a_format(three: CommandLine) -> None:
    assert "--format" in three.error("runs", "export", "first", "--to", "-", expected=2)["hint"]
    done = run_tuner("runs", "export", "first", "--to", "-", "--format", "csv", "-w", three.workspace.root)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert done.returncode == 0 and done.stderr == ""
    assert (len(rows), rows[0]["step"], float(rows[0]["loss"]) > 1) == (60, "1", True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--to", "x.doc"), 2, "does not say"),
        (("--to", "x.csv", "--format", "png"), 2, "is not what"),
        (("--to", "x.png", "--smooth", "1"), 2, "from 0 to below 1"),
        (("--to", "x.csv", "--log-y"), 2, "for pictures"),
        (("--to", "x.csv", "--metric", "nonesuch"), 2, "no metric fits"),
        (("--to", "x.png", "--axis", "tokens"), 2, "nothing to draw over tokens"),
    ],
)
def test_what_cannot_be_exported(
    three: CommandLine, words: tuple[str, ...], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert said in three.error("runs", "export", "first", *words, expected=code)["message"]
    assert sorted(tmp_path.iterdir()) == before


def test_a_missing_library_exits_with_3(three: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    error = three.error("runs", "export", "first", "--to", tmp_path / "x.parquet", expected=3)
    assert error["code"] == "MISSING_LIBRARY" and "pip install" in error["hint"]
    assert not (tmp_path / "x.parquet").exists()
