"""How numbers, times and a run's progress are shown to people."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.run_builder import build_run, metric_row
from tuiapp.cli.follow import Progress, ending
from tuiapp.cli.output import print_table
from tuiapp.formatting import duration, number, size
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.runs.summary import RunSummary, summarise


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0, "0s"), (59.9, "59s"), (61, "1m01s"), (700, "11m"), (3720, "1h02m"), (90000, "1d1h")],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1234, "1.2 KB"), (132e6, "132 MB"), (5e9, "5.0 GB"), (2e12, "2.0 TB")],
)
def test_sizes(count: float, text: str) -> None:
    assert size(count) == text


def test_numbers() -> None:
    assert (number(None), number(0.123456), number(1.5, 3)) == ("–", "0.1235", "1.5")


def test_tables_are_as_wide_as_their_content(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["name", "n"], [["a", "10"], ["longer", "9"]], right=["n"])
    print_table(["empty"], [])
    assert capsys.readouterr().out == "NAME     N\na       10\nlonger   9\nEMPTY\n"


def running(workspace: Workspace, step: int) -> RunSummary:
    patch = {"phase": "training", "step": step, "total_steps": 100, "progress": step / 100, "eta_seconds": 61.0}
    rows = [metric_row(step, loss=0.5, eval_exact_match=0.25)]
    return summarise(build_run(workspace.runs, name="tools", state=RunState.RUNNING, state_patch=patch, rows=rows))


def test_progress_is_a_line_where_something_changed(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    for step in (50, 51, 60):
        progress(running(workspace, step))
    progress.close()
    assert capsys.readouterr().err.splitlines() == [
        "tools · training · 50/100 · loss 0.500 · exact match 25% · 1m01s left",
        "tools · training · 60/100 · loss 0.500 · exact match 25% · 1m01s left",
    ]


def test_progress_is_a_bar_on_a_terminal(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = Progress("step 1")
    progress(running(workspace, 50))
    progress.close()
    err = capsys.readouterr().err
    assert err.startswith("\r\x1b[Kstep 1 ████████████░░░░░░░░░░░░ training · 50/100")
    assert err.endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("state", "best", "message", "text"),
    [
        (
            RunState.SUCCEEDED,
            {"step": -1, "by": "loss", "value": 0.5},
            "",
            "succeeded: best is final_model by loss (0.5)",
        ),
        (RunState.SUCCEEDED, {"step": 5, "by": "x", "value": None}, "", "succeeded: best is checkpoint-5 by x (None)"),
        (RunState.CANCELLED, None, "cancelled on request", "cancelled: cancelled on request"),
        (RunState.QUEUED, None, "", "queued"),
    ],
)
def test_how_a_run_ended_in_words(
    workspace: Workspace, state: RunState, best: dict[str, object] | None, message: str, text: str
) -> None:
    made: Path = build_run(
        workspace.runs,
        state=state,
        state_patch={"message": message},
        manifest={"results": {"best": best} if best else {}},
    )
    assert ending(summarise(made)) == text


def test_a_run_that_stopped_early_says_so_behind_its_best(workspace: Workspace) -> None:
    best = {"step": 5, "by": "eval_loss", "value": 0.5}
    made: Path = build_run(
        workspace.runs,
        state=RunState.SUCCEEDED,
        state_patch={"message": "stopped early at step 9"},
        manifest={"results": {"best": best, "stopped_early": {"step": 9}}},
    )
    assert ending(summarise(made)) == ("succeeded: best is checkpoint-5 by eval_loss (0.5); stopped early at step 9")
