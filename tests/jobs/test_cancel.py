"""Stopping a run: asked first, then SIGTERM, then SIGKILL on all that it started."""

from __future__ import annotations

import json
import threading

import pytest

from tests.support.fake_trainers import NEVER_ENDS, SAVES_ON_REQUEST, TRAINS, fake_run
from tests.support.processes import is_gone
from tests.support.waiting import wait_for
from tuner.config.workspace import Workspace
from tuner.core.errors import ConfigurationError
from tuner.core.states import RunState
from tuner.jobs.start import start_supervisor
from tuner.jobs.stop import request_cancel
from tuner.jobs.supervisor import Supervisor
from tuner.runs.checkpoint_marker import is_complete
from tuner.runs.control import Request, clear_request, read_request, write_request
from tuner.runs.events import read_events
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest
from tuner.runs.state_file import IllegalTransition, change_state, read_state

STUBBORN = """
signal.signal(signal.SIGTERM, lambda *_: (run_dir / "asked-by-signal").touch())
child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
grandchild = subprocess.Popen([sys.executable, "-S", "-c", child, str(run_dir)], stdout=subprocess.PIPE)
grandchild.stdout.readline()  # it ignores SIGTERM from here on
(run_dir / "pids.json").write_text(json.dumps([os.getpid(), grandchild.pid]))
write_request(run_dir, Request.CANCEL)
forever()
"""


def test_a_trainer_that_listens_saves_and_is_cancelled(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, SAVES_ON_REQUEST)
    start_supervisor(run_dir)
    wait_for(lambda: read_state(run_dir).phase == "training")
    request_cancel(run_dir)
    wait_for(lambda: read_state(run_dir).state is RunState.CANCELLED)
    assert read_state(run_dir).message == "cancelled on request after saving a checkpoint"
    assert is_complete(RunPaths(run_dir).checkpoints / "checkpoint-7")
    artifacts = read_manifest(run_dir)["artifacts"]
    assert isinstance(artifacts, list)
    assert [a["path"] for a in artifacts] == ["checkpoints/checkpoint-7"]
    wait_for(lambda: read_events(run_dir)[-1].data == {"from": "running", "to": "cancelled"})


def test_a_trainer_that_is_asked_to_pause_is_paused(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, "write_request(run_dir, Request.PAUSE)\n" + SAVES_ON_REQUEST)
    assert Supervisor(run_dir).run() == 1
    assert read_state(run_dir).state is RunState.PAUSED


def test_one_that_ignores_the_request_gets_sigterm(impatient: Workspace) -> None:
    run_dir = fake_run(impatient, "write_request(run_dir, Request.CANCEL)\nforever()")
    assert Supervisor(run_dir).run() == 1
    assert (read_state(run_dir).state, read_state(run_dir).message) == (RunState.CANCELLED, "cancelled on request")


def test_one_that_ignores_sigterm_too_is_killed_with_all_it_started(impatient: Workspace) -> None:
    run_dir = fake_run(impatient, STUBBORN)
    assert Supervisor(run_dir).run() == 1
    assert read_state(run_dir).state is RunState.CANCELLED
    assert (run_dir / "asked-by-signal").exists()
    for pid in json.loads((run_dir / "pids.json").read_text()):
        wait_for(lambda pid=pid: is_gone(pid), what=f"process {pid} to be gone")


def test_a_step_in_progress_is_given_more_time_than_a_start(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IDLE_GRACE is over at once; only the grace of a step leaves the trainer the time to save."""
    monkeypatch.setattr("tuner.jobs.supervisor.IDLE_GRACE", 0.0)
    code = """
def work(payload, reporter):
    reporter.phase(Phase.EVALUATING)
    write_request(run_dir, Request.CANCEL)
    for _ in range(50):
        time.sleep(0.02)
    return False
sys.exit(run_script(work))
"""
    run_dir = fake_run(workspace, code)
    Supervisor(run_dir).run()
    assert read_state(run_dir).message == "cancelled on request after saving a checkpoint"


def test_a_state_that_is_unreadable_for_a_while_is_taken_for_idle(impatient: Workspace) -> None:
    code = """
state = run_dir / "state.json"
while json.loads(state.read_bytes())["trainer"] is None:
    time.sleep(0.02)
whole = state.read_bytes()

def restore(*_):
    state.write_bytes(whole)
    sys.exit(10)

signal.signal(signal.SIGTERM, restore)
state.write_text("{")
write_request(run_dir, Request.CANCEL)
forever()
"""
    run_dir = fake_run(impatient, code)
    Supervisor(run_dir).run()
    assert read_state(run_dir).state is RunState.CANCELLED


def test_what_a_finished_trainer_leaves_behind_is_ended(workspace: Workspace) -> None:
    code = """
child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)", str(run_dir)])
(run_dir / "child").write_text(str(child.pid))
"""
    run_dir = fake_run(workspace, code)
    assert Supervisor(run_dir).run() == 0
    pid = int((run_dir / "child").read_text())
    wait_for(lambda: is_gone(pid))


def test_a_failure_while_stopping_is_still_told(workspace: Workspace) -> None:
    code = """
def work(payload, reporter):
    write_request(run_dir, Request.CANCEL)
    raise OSError(28, "No space left on device")
sys.exit(run_script(work))
"""
    run_dir = fake_run(workspace, code)
    Supervisor(run_dir).run()
    state = read_state(run_dir)
    assert state.state is RunState.FAILED
    assert state.error is not None and state.error["code"] == "DISK_FULL"


def test_one_that_finished_before_it_read_the_request_has_succeeded(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, "write_request(run_dir, Request.CANCEL)")
    assert Supervisor(run_dir).run() == 0
    assert read_state(run_dir).state is RunState.SUCCEEDED


def test_a_queued_run_is_cancelled_at_once(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, TRAINS)
    request_cancel(run_dir)
    assert read_state(run_dir).state is RunState.CANCELLED
    assert read_manifest(run_dir)["state"] == "cancelled"
    assert read_manifest(run_dir)["finished"] is not None


@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED])
def test_an_ended_run_cannot_be_cancelled(workspace: Workspace, state: RunState) -> None:
    run_dir = fake_run(workspace, TRAINS)
    path = [RunState.RUNNING, RunState.FINALIZING, state] if state is RunState.SUCCEEDED else [RunState.RUNNING, state]
    for step in path:
        change_state(run_dir, step, "by hand")
    with pytest.raises(ConfigurationError, match=rf"already ended \({state.value}\)"):
        request_cancel(run_dir)
    assert read_request(run_dir) is None


def test_a_run_that_starts_while_it_is_cancelled_is_asked_to_stop(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = fake_run(workspace, TRAINS)

    def too_late(*_: object, **__: object) -> None:
        change_state(run_dir, RunState.RUNNING, "starting")
        raise IllegalTransition(RunState.RUNNING, RunState.CANCELLED)

    monkeypatch.setattr("tuner.jobs.stop.change_state", too_late)
    request_cancel(run_dir)
    assert read_request(run_dir) is Request.CANCEL


def test_many_who_cancel_at_once_do_no_harm(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, NEVER_ENDS)
    start_supervisor(run_dir)
    wait_for((run_dir / "started").exists)
    threads = [threading.Thread(target=write_request, args=(run_dir, Request.CANCEL)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_for(lambda: read_state(run_dir).state is RunState.CANCELLED)
    clear_request(run_dir)
    assert not RunPaths(run_dir).control.exists()


def test_a_cancelled_run_whose_results_cannot_be_recorded_is_cancelled_all_the_same(workspace: Workspace) -> None:
    code = "write_request(run_dir, Request.CANCEL)\n(run_dir / 'manifest.json').write_text('{')\nsys.exit(10)"
    run_dir = fake_run(workspace, code)
    Supervisor(run_dir).run()
    assert read_state(run_dir).state is RunState.CANCELLED
