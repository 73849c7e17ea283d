"""Rows that go elsewhere too: TensorBoard's event files read back, and W&B as its client is called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.fake_trainers import fake_run
from tests.support.run_builder import build_run
from Trainers.common.mirrors import open_mirrors
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter
from tuner.config.workspace import Workspace
from tuner.jobs.supervisor import Supervisor
from tuner.runs.event_files import EventFile
from tuner.runs.events import read_events
from tuner.runs.layout import RunPaths
from tuner.runs.metric_reader import read_history

CANARY = "wandb_CANARY0123456789"
ASKED = {"project": "p", "entity": "team", "name": "sft-tiny", "api_key_env": "OUR_KEY"}


@pytest.fixture
def reporter(tmp_path: Path) -> Reporter:
    return Reporter(build_run(tmp_path / "runs", name="mirrored", objective="sft"))


def reported(reporter: Reporter, rows: list[dict[str, Any]], **asked: object) -> list[str]:
    """Write rows as a trainer does; returns the warnings."""
    payload = Payload(reporter.run_dir, {"trainer": "sft", "seed": 1, "reporting": asked})
    reporter.mirrors = open_mirrors(payload, reporter.warn)
    for step, row in enumerate(rows, 1):
        reporter.rows.write(step, row)
    reporter.close()
    return [e.message for e in read_events(reporter.run_dir) if e.type == "warning"]


def events_of(folder: Path) -> list[tuple[int, str, float]]:
    return [(step, tag, value) for path in folder.iterdir() for step, _, tag, value in EventFile(path).read_new()]


def test_event_files_hold_the_rows(reporter: Reporter) -> None:
    rows = [{"loss": 2.0, "epoch": 0.5, "note": "text"}, {"eval_loss": 1.5, "num_tokens": 10}]
    assert reported(reporter, rows, tensorboard=True) == []
    found = events_of(RunPaths(reporter.run_dir).logs / "tensorboard")
    assert sorted(found) == [(1, "epoch", 0.5), (1, "loss", 2.0), (2, "eval_loss", 1.5), (2, "num_tokens", 10.0)]
    assert read_history(reporter.run_dir).steps == [1, 2]  # our own reader still takes the rows, and no row twice


def test_nothing_is_written_where_nothing_is_asked(reporter: Reporter) -> None:
    assert reported(reporter, [{"loss": 1.0}]) == []
    assert [p.suffix for p in RunPaths(reporter.run_dir).logs.iterdir()] == [".jsonl"]


def test_a_disk_that_refuses_the_events_does_not_end_the_run(reporter: Reporter) -> None:
    logs = RunPaths(reporter.run_dir).logs
    logs.mkdir(exist_ok=True)
    (logs / "tensorboard").write_text("in the way")
    (warning,) = reported(reporter, [{"loss": 1.0}], tensorboard=True)
    assert warning.startswith("TensorBoard gets no rows: ")
    assert read_history(reporter.run_dir).latest()["loss"] == 1.0


def test_every_training_script_opens_and_closes_them(workspace: Workspace) -> None:
    code = """
def work(payload, reporter):
    reporter.rows.write(1, {"loss": 1.0})
    return True
import Trainers.common.entry as entry
from Trainers.common.payload import Payload
entry.load_payload = lambda run_dir: Payload(run_dir, {"reporting": {"tensorboard": True}})
sys.exit(run_script(work))
"""
    run_dir = fake_run(workspace, code, environment={"PYTHONPATH": ":".join([p for p in sys.path if p])})
    assert Supervisor(run_dir).run() == 0, RunPaths(run_dir).console.read_text()
    assert events_of(RunPaths(run_dir).logs / "tensorboard") == [(1, "loss", 1.0)]


class _Client(ModuleType):
    """wandb as far as it is called: what init got, what was logged."""

    class Error(Exception):
        """The base of its errors."""

    def __init__(self, fails: Callable[[dict[str, Any]], str]) -> None:
        super().__init__("wandb")
        self.fails, self.started, self.rows, self.keys = fails, [], [], []
        self.finished = False

    def Settings(self, **settings: Any) -> dict[str, Any]:  # noqa: N802  # its name
        return settings

    def init(self, **options: Any) -> _Client:
        import os

        self.started.append(options)
        self.keys.append(os.environ.get("WANDB_API_KEY"))
        if why := self.fails(options):
            raise self.Error(why)
        return self

    def teardown(self) -> None:
        assert len(self.started) == 1

    def define_metric(self, name: str, *, step_metric: str) -> None:
        assert (name, step_metric) == ("*", "step")

    def log(self, row: dict[str, Any]) -> None:
        if row["step"] == 3:
            raise self.Error(f"413 from the server for {CANARY}")
        self.rows.append(row)

    def finish(self) -> None:
        self.finished = True


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> _Client:
    made = _Client(lambda options: "")
    monkeypatch.setitem(sys.modules, "wandb", made)
    monkeypatch.setenv("OUR_KEY", CANARY)
    monkeypatch.setenv("WANDB_API_KEY", "somebody else's")
    return made


def test_weights_and_biases_gets_the_rows_and_the_key_by_name(reporter: Reporter, client: _Client) -> None:
    assert reported(reporter, [{"loss": 2.0, "note": "x"}, {"loss": 1.0}], wandb=ASKED) == []
    (options,) = client.started
    assert [options[k] for k in ("project", "entity", "name", "resume")] == ["p", "team", "sft-tiny", "allow"]
    assert (options["id"], options["dir"]) == (reporter.run_dir.name, str(RunPaths(reporter.run_dir).logs))
    assert options["settings"]["console"] == "off"
    assert client.keys == [CANARY] and CANARY not in repr(options)
    assert client.rows == [{"loss": 2.0, "step": 1}, {"loss": 1.0, "step": 2}]
    assert client.finished


def test_where_it_cannot_be_reached_the_report_stays_here(reporter: Reporter, client: _Client) -> None:
    client.fails = lambda options: "" if options.get("mode") == "offline" else f"no route for {CANARY}"
    (warning,) = reported(reporter, [{"loss": 2.0}], wandb=ASKED)
    assert "kept in logs/wandb" in warning and "wandb sync" in warning
    assert client.rows == [{"loss": 2.0, "step": 1}]
    assert_nowhere(reporter)


def test_a_client_that_fails_is_left_and_its_words_hold_no_key(reporter: Reporter, client: _Client) -> None:
    (warning,) = reported(reporter, [{"loss": float(i)} for i in range(5)], wandb=ASKED)
    assert warning == "Weights & Biases gets no more rows: 413 from the server for …"
    assert [r["step"] for r in client.rows] == [1, 2]
    assert len(read_history(reporter.run_dir)) == 5
    assert_nowhere(reporter)


def test_without_the_client_the_run_goes_on(reporter: Reporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    (warning,) = reported(reporter, [{"loss": 2.0}], wandb=ASKED)
    assert warning.startswith("Weights & Biases gets no rows: ")


def test_of_several_processes_only_the_first_reports(
    reporter: Reporter, client: _Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "1")
    reported(reporter, [{"loss": 2.0}], wandb=ASKED, tensorboard=True)
    assert client.started == []


def assert_nowhere(reporter: Reporter) -> None:
    for path in reporter.run_dir.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path
