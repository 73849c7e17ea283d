"""What is left when a supervisor, or whoever started it, is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.fake_trainers import NEVER_ENDS, TRAINS, fake_run
from tests.support.processes import is_gone
from tests.support.subprocesses import start_python
from tests.support.waiting import wait_for
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.jobs.identity import identify
from tuner.jobs.reconcile import reconcile_run
from tuner.jobs.start import start_supervisor
from tuner.runs.events import read_events
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest
from tuner.runs.state_file import ProcessIdentity, patch_state, read_state


def started(workspace: Workspace, code: str = NEVER_ENDS) -> tuple[Path, int, ProcessIdentity]:
    """A run that goes: its directory, its supervisor's id, its trainer."""
    run_dir = fake_run(workspace, code)
    supervisor = start_supervisor(run_dir)
    wait_for((run_dir / "started").exists)
    trainer = wait_for(lambda: read_state(run_dir).trainer)
    return run_dir, supervisor, trainer


def killed(workspace: Workspace) -> tuple[Path, ProcessIdentity]:
    """A run whose supervisor was killed by SIGKILL; its trainer goes on."""
    run_dir, supervisor, trainer = started(workspace, 'print("step 7", flush=True)' + NEVER_ENDS)
    os.kill(supervisor, signal.SIGKILL)
    wait_for(lambda: is_gone(supervisor))
    return run_dir, trainer


def test_a_supervisor_told_to_end_takes_the_trainer_along(workspace: Workspace) -> None:
    run_dir, supervisor, trainer = started(workspace)
    os.kill(supervisor, signal.SIGTERM)
    wait_for(lambda: read_state(run_dir).state is RunState.FAILED)
    error = read_state(run_dir).error
    assert error is not None
    assert (error["class"], error["code"]) == ("transient", "TRAINER_KILLED")
    assert "told to end" in str(error["message"])
    wait_for(lambda: is_gone(trainer.pid))


def test_a_killed_supervisor_is_noticed_and_its_trainer_ended(workspace: Workspace) -> None:
    run_dir, trainer = killed(workspace)
    assert reconcile_run(run_dir) is True
    state = read_state(run_dir)
    assert state.state is RunState.FAILED
    assert state.error is not None
    assert state.error["message"] == "the supervisor was killed; last lines: step 7"
    assert (state.error["code"], state.error["class"]) == ("TRAINER_KILLED", "fatal")
    assert read_manifest(run_dir)["error"] == state.error
    wait_for(lambda: is_gone(trainer.pid))


def test_it_is_noticed_once(workspace: Workspace) -> None:
    run_dir, _ = killed(workspace)
    assert [reconcile_run(run_dir) for _ in range(3)] == [True, False, False]
    assert [e.data["to"] for e in read_events(run_dir) if e.type == "state"] == ["running", "failed"]


def test_a_run_whose_supervisor_lives_is_left_alone(workspace: Workspace) -> None:
    run_dir, supervisor, trainer = started(workspace)
    assert reconcile_run(run_dir) is False
    assert read_state(run_dir).state is RunState.RUNNING
    assert not is_gone(supervisor) and not is_gone(trainer.pid)


def test_another_hosts_run_is_never_judged(workspace: Workspace) -> None:
    run_dir, trainer = killed(workspace)
    patch_state(run_dir, {"host": "another-machine"})
    assert reconcile_run(run_dir) is False
    assert read_state(run_dir).state is RunState.RUNNING
    assert not is_gone(trainer.pid)


def test_after_a_reboot_no_process_of_that_id_is_ours(workspace: Workspace) -> None:
    run_dir, trainer = killed(workspace)
    patch_state(run_dir, {"boot_id": "before-the-reboot"})
    assert reconcile_run(run_dir) is True
    error = read_state(run_dir).error
    assert error is not None
    assert error["class"] == "transient"
    assert "restarted" in str(error["message"])
    assert not is_gone(trainer.pid), "a process that only has the same id was killed"


def test_a_process_id_used_again_is_not_the_supervisor_nor_the_trainer(workspace: Workspace) -> None:
    run_dir, trainer = killed(workspace)
    stranger = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)", str(workspace.root)])
    other = identify(stranger.pid)
    reused = {"pid": other.pid, "started": other.started - 3600}
    patch_state(run_dir, {"supervisor": reused, "trainer": reused})
    assert reconcile_run(run_dir) is True
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    os.killpg(trainer.pid, signal.SIGKILL)


@pytest.mark.parametrize("text", ["", "{", '{"state": "dancing"}'])
def test_a_state_that_cannot_be_read_is_not_judged(workspace: Workspace, text: str) -> None:
    run_dir = fake_run(workspace, TRAINS)
    RunPaths(run_dir).state.write_text(text)
    assert reconcile_run(run_dir) is False
    assert RunPaths(run_dir).state.read_text() == text


def test_a_run_that_is_deleted_meanwhile_is_no_error(workspace: Workspace) -> None:
    assert reconcile_run(workspace.runs / "20261120-100000-sft-gone-0000") is False


def test_the_run_goes_on_when_the_one_who_started_it_is_killed(workspace: Workspace) -> None:
    code = 'while not (run_dir / "go").exists():\n    time.sleep(0.02)\n' + TRAINS
    run_dir = fake_run(workspace, code)
    starter = start_python(
        "import sys; from pathlib import Path; from tuner.jobs.start import start_supervisor\n"
        "print(start_supervisor(Path(sys.argv[1])), flush=True); sys.stdin.read()",
        str(run_dir),
    )
    assert starter.stdout is not None
    assert int(starter.stdout.readline()) > 0
    wait_for(lambda: read_state(run_dir).trainer)
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    (run_dir / "go").touch()
    wait_for(lambda: read_state(run_dir).state is RunState.SUCCEEDED)
