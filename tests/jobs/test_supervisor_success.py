"""A run that goes well, from queued to succeeded."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.fake_trainers import NEVER_ENDS, TRAINS, fake_run
from tests.support.waiting import wait_for
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.jobs.finalize import folder_sha256
from tuner.jobs.start import start_supervisor
from tuner.jobs.stop import request_cancel
from tuner.jobs.supervisor import Supervisor
from tuner.runs.checkpoint_marker import folder_bytes
from tuner.runs.events import read_events
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest
from tuner.runs.state_file import read_state


def test_a_run_that_goes_well_is_recorded_whole(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, TRAINS)
    assert Supervisor(run_dir).run() == 0
    state, manifest = read_state(run_dir), read_manifest(run_dir)
    assert (state.state, state.phase, state.error, state.supervisor, state.trainer) == (
        RunState.SUCCEEDED,
        None,
        None,
        None,
        None,
    )
    assert (state.step, state.total_steps, state.progress, state.eta_seconds) == (3, 3, 1.0, None)
    assert manifest["state"] == "succeeded"
    assert manifest["created"] < manifest["started"] < manifest["finished"]  # type: ignore[operator]  # JSON strings
    results = manifest["results"]
    assert isinstance(results, dict)
    assert results["steps"] == 3
    assert results["best"] == {
        "step": 2,
        "by": "eval_loss",
        "value": 1.0,
        "why": "lowest eval_loss: 1; next is step 1 with 2",
    }
    assert (results["train_seconds"], results["tokens_per_second"]) == (2.0, 15.0)
    assert results["final_metrics"]["loss"] == 0.0


def test_each_artifact_has_its_size_and_hash(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, TRAINS)
    Supervisor(run_dir).run()
    artifacts = read_manifest(run_dir)["artifacts"]
    assert isinstance(artifacts, list)
    assert {(a["kind"], a["path"]) for a in artifacts} == {
        ("adapter", "final_model"),
        *(("checkpoint", f"checkpoints/checkpoint-{step}") for step in (1, 2, 3)),
    }
    for artifact in artifacts:
        path = run_dir / artifact["path"]
        assert (artifact["bytes"], artifact["sha256"]) == (folder_bytes(path), folder_sha256(path))


def test_every_change_of_state_is_one_event(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, TRAINS)
    Supervisor(run_dir).run()
    events = read_events(run_dir)
    changes = [(e.data["from"], e.data["to"]) for e in events if e.type == "state"]
    assert changes == [("queued", "running"), ("running", "finalizing"), ("finalizing", "succeeded")]
    assert [e.seq for e in events] == list(range(1, len(events) + 1))


def test_a_detached_supervisor_has_its_own_session_and_a_heartbeat(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, NEVER_ENDS)
    pid = start_supervisor(run_dir)
    wait_for((run_dir / "started").exists)
    assert os.getsid(pid) == pid != os.getsid(0)
    state = read_state(run_dir)
    assert state.state is RunState.RUNNING
    assert state.supervisor is not None and state.supervisor.pid == pid
    assert state.trainer is not None and os.getsid(state.trainer.pid) == state.trainer.pid
    heartbeat = RunPaths(run_dir).heartbeat
    first = heartbeat.stat().st_mtime_ns
    wait_for(lambda: heartbeat.stat().st_mtime_ns > first, what="another heartbeat")
    request_cancel(run_dir)
    wait_for(lambda: read_state(run_dir).state is RunState.CANCELLED)


def test_output_goes_to_the_log_and_stdin_is_empty(workspace: Workspace) -> None:
    code = """
print("to stdout", flush=True)
print("to stderr", file=sys.stderr, flush=True)
os.write(1, b"bytes as they came: \\xff\\r\\n")
print(json.dumps([os.path.samestat(os.fstat(0), os.stat("/dev/null")), sys.stdin.read()]))
"""
    run_dir = fake_run(workspace, code)
    assert Supervisor(run_dir).run() == 0
    log = RunPaths(run_dir).console.read_bytes()
    assert log == b'to stdout\nto stderr\nbytes as they came: \xff\r\n[true, ""]\n'


@pytest.mark.parametrize(
    ("early", "message"),
    [({"message": "stopped early at step 3"}, "stopped early at step 3"), ({}, "stopped early"), (None, "finished")],
)
def test_why_it_ended_before_its_last_step_is_its_message(
    workspace: Workspace, early: dict[str, object] | None, message: str
) -> None:
    told = f'reporter.manifest({{"results": {{"stopped_early": {early!r}}}}})' if early is not None else ""
    run_dir = fake_run(
        workspace, f"def work(payload, reporter):\n    {told or 'pass'}\n    return True\nsys.exit(run_script(work))"
    )
    assert Supervisor(run_dir).run() == 0
    assert read_state(run_dir).message == message
    results = read_manifest(run_dir)["results"]
    assert isinstance(results, dict) and results.get("stopped_early") == early


def test_only_named_variables_reach_the_trainer_and_no_secret_reaches_the_disk(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "hf_CANARY0123456789"
    monkeypatch.setenv("HF_TOKEN", canary)
    monkeypatch.setenv("NOT_NAMED", "a stranger")
    code = f"""
assert os.environ["HF_TOKEN"] == {canary[:3]!r} + {canary[3:]!r}
print(json.dumps(sorted(os.environ)))
"""
    run_dir = fake_run(workspace, code, environment={"FIXED": "1"}, passed_on=["HF_TOKEN", "NOT_SET_ANYWHERE"])
    start_supervisor(run_dir)
    wait_for(lambda: read_state(run_dir).state is not RunState.QUEUED)
    wait_for(lambda: not read_state(run_dir).supervisor)
    assert read_state(run_dir).state is RunState.SUCCEEDED
    seen = set(json.loads(RunPaths(run_dir).console.read_text()))
    assert seen - {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"} == {"HF_TOKEN", "FIXED", "PYTHONPATH"}  # C.UTF-8 coercion
    for path in _files(run_dir):
        assert canary.encode() not in path.read_bytes(), path


def test_a_run_is_supervised_once(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, TRAINS)
    request_cancel(run_dir)
    assert Supervisor(run_dir).run() == 2
    assert read_state(run_dir).state is RunState.CANCELLED
    assert not RunPaths(run_dir).console.exists()


def test_a_run_without_metrics_succeeds_with_no_results(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, "sys.exit(0)", kind="score")
    assert Supervisor(run_dir).run() == 0
    assert read_manifest(run_dir)["results"] == {}
    assert read_manifest(run_dir)["artifacts"] == []


def _files(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]
