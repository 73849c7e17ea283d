"""A new run's directory: whole, or not there at all."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.fake_trainers import TRAINS, fake_run
from tuner.config.workspace import Workspace
from tuner.core.errors import BackendError, ConfigurationError, ErrorCode
from tuner.core.states import RunState
from tuner.jobs.start import start_supervisor
from tuner.jobs.submit import Launch, RunSpec, create_run
from tuner.runs.events import read_events
from tuner.runs.layout import RUN_ID, RunPaths, new_run_id
from tuner.runs.manifest_file import read_manifest
from tuner.runs.state_file import read_state

SPEC = RunSpec(
    kind="train",
    name="My Tools!",
    objective="sft",
    backend="cpu",
    payload={"a": 1},
    parent="20261120-100000-sft-base-00aa",
    tags=["x"],
    job_yaml="objective: sft\n",
    facts={"seed": 7},
)


def launch(run_dir: Path) -> Launch:
    return Launch(["true", str(run_dir)], str(run_dir), {"A": "1"}, ["PATH"])


def test_a_new_run_is_queued_and_whole(workspace: Workspace) -> None:
    run_dir = create_run(workspace, SPEC, launch)
    assert RUN_ID.fullmatch(run_dir.name)
    assert run_dir.name.split("-")[2:-1] == ["sft", "my", "tools"]
    state, manifest = read_state(run_dir), read_manifest(run_dir)
    assert (state.state, state.attempt) == (RunState.QUEUED, 1)
    assert (manifest["run_id"], manifest["name"], manifest["parent_run"]) == (run_dir.name, SPEC.name, SPEC.parent)
    assert (manifest["tags"], manifest["seed"], manifest["state"]) == (["x"], 7, "queued")
    assert json.loads(RunPaths(run_dir).payload.read_bytes()) == {"a": 1}
    assert json.loads(RunPaths(run_dir).launch.read_bytes()) == {
        "argv": ["true", str(run_dir)],
        "cwd": str(run_dir),
        "environment": {"A": "1"},
        "passed_on": ["PATH"],
    }
    assert RunPaths(run_dir).job.read_text() == "objective: sft\n"
    assert [e.type for e in read_events(run_dir)] == ["created"]
    assert run_dir.stat().st_mode & 0o777 == 0o755


def test_ids_are_unique_within_a_second(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    chances: Iterator[str] = iter(["aaaa", "aaaa", "aaaa", "bbbb", "bbbb", "aaaa", "cccc"])
    monkeypatch.setattr("secrets.token_hex", lambda _: next(chances))
    second = datetime(2026, 11, 22, 7, 0, 0, tzinfo=UTC)
    monkeypatch.setattr("tuner.jobs.submit.new_run_id", lambda kind, name: new_run_id(kind, name, second))
    names = {create_run(workspace, SPEC, launch).name for _ in range(3)}
    assert {name[-4:] for name in names} == {"aaaa", "bbbb", "cccc"}


@pytest.mark.parametrize("nth", range(1, 20))
def test_a_disk_that_fills_up_leaves_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    """The disk is full at the nth write that is made durable, whichever that is."""
    calls = 0
    real = os.fsync

    def full(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    try:
        run_dir = create_run(workspace, SPEC, launch)
    except ConfigurationError as error:
        assert error.code is ErrorCode.DISK_FULL
        assert "free some space" in error.hint
        assert list(workspace.runs.iterdir()) == []
    else:
        assert calls < nth
        assert list(workspace.runs.iterdir()) == [run_dir]


def test_the_disk_was_full_in_at_least_ten_places(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the test above: it must meet every durable write."""
    calls: list[int] = []
    monkeypatch.setattr(os, "fsync", calls.append)
    create_run(workspace, SPEC, launch)
    assert 10 <= len(calls) < 20


@pytest.mark.parametrize("call", ["mkdtemp", "rename"])
def test_a_workspace_that_cannot_be_written(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def refused(*_: object, **__: object) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    place = "tempfile.mkdtemp" if call == "mkdtemp" else "pathlib.Path.rename"
    monkeypatch.setattr(place, refused)
    with pytest.raises(ConfigurationError, match=r"cannot write .*Permission denied") as caught:
        create_run(workspace, SPEC, launch)
    assert caught.value.code is ErrorCode.CONFIG_INVALID
    assert list(workspace.runs.iterdir()) == []


def test_a_file_where_the_runs_should_be(workspace: Workspace) -> None:
    workspace.runs.write_text("mine")
    with pytest.raises(ConfigurationError, match="cannot write"):
        create_run(workspace, SPEC, launch)
    assert workspace.runs.read_text() == "mine"


def test_a_launch_that_cannot_be_made_leaves_nothing(workspace: Workspace) -> None:
    def broken(run_dir: Path) -> Launch:
        raise BackendError("no such trainer")

    with pytest.raises(BackendError, match="no such trainer"):
        create_run(workspace, SPEC, broken)
    assert list(workspace.runs.iterdir()) == []


def test_a_supervisor_that_cannot_be_started_is_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run_dir = fake_run(workspace, TRAINS)
    monkeypatch.setattr("tuner.jobs.start.sys.executable", "/nowhere/python")
    with pytest.raises(BackendError, match=r"could not be started.*/nowhere/python"):
        start_supervisor(run_dir)
