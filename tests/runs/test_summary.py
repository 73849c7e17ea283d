"""One run as lists show it; a broken file makes an error in that run, never a traceback."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.support.run_builder import CREATED, build_run, metric_row, write_rows
from tuner.core.states import RunState
from tuner.runs.layout import RunPaths
from tuner.runs.summary import STALE_AFTER, run_signature, summarise

# The documented keys of `tuner runs list --json`; more may be added.
DOCUMENTED = """
id name kind source state objective method backend model dataset created_at started_at finished_at phase step
total_steps progress eta_seconds metrics best error parent tags path
"""


def test_what_a_run_says_of_itself(tmp_path: Path) -> None:
    run = build_run(
        tmp_path,
        state=RunState.RUNNING,
        rows=[metric_row(5, loss=2.0), metric_row(10, loss=1.0, eval_loss=float("nan"))],
        manifest={
            "job": {"method": {"type": "lora"}, "model": {"base_model": "m"}, "datasets": {"training": "d.jsonl"}},
            "results": {"steps": 10, "best": {"step": 10, "by": "loss", "value": 1.0, "why": "lowest"}},
            "tags": ["a", 1],
        },
        state_patch={"phase": "training", "step": 10, "total_steps": 20, "progress": 0.5, "message": "on it"},
    )
    summary = summarise(run)
    assert set(DOCUMENTED.split()) <= set(summary.as_dict())
    assert (summary.id, summary.name, summary.source, summary.state) == (run.name, "tools", "tuner", "running")
    assert (summary.method, summary.model, summary.dataset, summary.created_at) == ("lora", "m", "d.jsonl", CREATED)
    assert (summary.phase, summary.step, summary.total_steps, summary.progress) == ("training", 10, 20, 0.5)
    assert summary.metrics == {"loss": 1.0, "eval_loss": None}
    assert summary.best == {"step": 10, "by": "loss", "value": 1.0}
    assert summary.tags == ["a", "1"]
    assert (summary.error, summary.is_live, summary.as_dict()["path"]) == (None, True, str(run))


def test_where_the_job_is_silent_the_facts_speak(tmp_path: Path) -> None:
    run = build_run(tmp_path, manifest={"model": {"id": "other"}, "dataset": {"path": "/d"}, "job": 3, "tags": 3})
    summary = summarise(run)
    assert (summary.model, summary.dataset, summary.tags, summary.best) == ("other", "/d", [], None)
    assert not summary.is_live


def test_a_failed_run_shows_its_error(tmp_path: Path) -> None:
    error = {"class": "user", "code": "TRAINING_OOM", "message": "no memory", "hint": "smaller batch"}
    assert summarise(build_run(tmp_path, state=RunState.FAILED, state_patch={"error": error})).error == error


@pytest.mark.parametrize("broken", [["manifest"], ["state"], ["manifest", "state"]])
def test_a_run_with_a_broken_file_is_shown_all_the_same(tmp_path: Path, broken: list[str]) -> None:
    run = build_run(tmp_path)
    for name in broken:
        getattr(RunPaths(run), name).write_text("{torn", encoding="utf-8")
    summary = summarise(run)
    assert summary.id == run.name
    assert summary.error is not None
    assert all(f"{name}.json" in str(summary.error["message"]) for name in broken)
    assert summary.error["hint"]
    assert summary.state == ("unreadable" if "state" in broken else "succeeded")
    assert summary.name == (run.name if "manifest" in broken else "tools")


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.FINALIZING, RunState.QUEUED, RunState.FAILED])
def test_only_a_run_at_work_can_be_stale(tmp_path: Path, state: RunState) -> None:
    run = build_run(tmp_path, state=state)
    assert summarise(run).stale_seconds is None
    heartbeat = RunPaths(run).heartbeat
    heartbeat.touch()
    assert summarise(run).stale_seconds is None
    long_ago = time.time() - STALE_AFTER - 60
    os.utime(heartbeat, (long_ago, long_ago))
    stale = summarise(run).stale_seconds
    assert (stale is not None and stale > STALE_AFTER) == (state in {RunState.RUNNING, RunState.FINALIZING})


def test_the_newest_metrics_of_a_long_log(tmp_path: Path) -> None:
    run = build_run(tmp_path)
    log = RunPaths(run).logs / "training_20261120_110000.jsonl"
    rows = [metric_row(s, loss=float(s), grad_norm=0.5) for s in range(2000)]
    write_rows(log, [*rows, {"level": "INFO"}], torn='{"step": 2000, "lo')
    assert log.stat().st_size > 100_000
    assert summarise(run).metrics == {"loss": 1999.0, "grad_norm": 0.5}


def test_without_a_log_there_are_no_metrics(tmp_path: Path) -> None:
    assert summarise(build_run(tmp_path)).metrics == {}


def test_a_line_of_the_loss_and_what_people_said_of_it(tmp_path: Path) -> None:
    said = {"note": "good", "pinned": True, "archived": True}
    run = build_run(tmp_path, rows=[metric_row(s, loss=float(s)) for s in range(3)], manifest=said)
    summary = summarise(run)
    assert (summary.sparkline, summary.note, summary.pinned, summary.archived) == ((0.0, 1.0, 2.0), "good", True, True)
    said_oddly = summarise(build_run(tmp_path, manifest={"note": 3, "pinned": "yes", "archived": 1}))
    assert (said_oddly.note, said_oddly.pinned, said_oddly.archived) == ("", False, False)


def test_the_signature_changes_with_what_is_read(tmp_path: Path) -> None:
    run = build_run(tmp_path, rows=[metric_row(1, loss=1.0)])
    seen = {run_signature(run)}
    assert run_signature(run) in seen
    for path in (RunPaths(run).state, RunPaths(run).manifest, *RunPaths(run).metric_files()):
        with path.open("a") as file:
            file.write("\n")
        assert run_signature(run) not in seen
        seen.add(run_signature(run))
    assert run_signature(tmp_path / "gone") == (0, 0)
