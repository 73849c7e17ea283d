"""How a run that went wrong is told: what happened, its code and class, and what to do next."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.fake_trainers import TRAINS, fake_run
from tests.support.subprocesses import ROOT
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.jobs.supervisor import Supervisor
from tuner.runs.events import read_events
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest
from tuner.runs.state_file import StateView, read_state


def failed(run_dir: Path) -> tuple[StateView, dict[str, object]]:
    """Supervise a run that fails; its state and its error."""
    assert Supervisor(run_dir).run() == 1
    state = read_state(run_dir)
    assert state.state is RunState.FAILED
    assert state.error is not None
    return state, dict(state.error)


def test_what_the_trainer_reports_is_the_reason(workspace: Workspace) -> None:
    code = """
def work(payload, reporter):
    raise TunerError("the loss became nan at step 3", code=ErrorCode.NAN_LOSS, failure_class=FailureClass.USER,
                     hint="lower the learning rate")
sys.exit(run_script(work))
"""
    run_dir = fake_run(workspace, code)
    state, error = failed(run_dir)
    assert error == {
        "class": "user",
        "code": "NAN_LOSS",
        "message": "the loss became nan at step 3",
        "hint": "lower the learning rate",
    }
    assert state.message == error["message"]
    assert read_manifest(run_dir)["error"] == error
    assert "Traceback" in RunPaths(run_dir).console.read_text()
    assert read_events(run_dir)[-1].data == {"from": "running", "to": "failed"}


def test_an_unreported_crash_shows_exit_code_and_last_lines(workspace: Workspace) -> None:
    code = """
print("\\n".join(["first", "second", "third", "last \\x1b[31mred\\x1b[0m\\x1b]0;title\\x07"]))
sys.exit(3)
"""
    run_dir = fake_run(workspace, code)
    _, error = failed(run_dir)
    assert error["code"] == "TRAINER_CRASHED"
    assert error["message"] == "the trainer ended with exit code 3; last lines: second | third | last red"
    assert run_dir.name in str(error["hint"])


@pytest.mark.parametrize(
    ("number", "name", "hint"),
    [
        (signal.SIGKILL, "SIGKILL", "out-of-memory"),
        (signal.SIGABRT, "SIGABRT", "want of memory"),
        (signal.SIGSEGV, "SIGSEGV", "tuner doctor"),
        (signal.SIGUSR1, "SIGUSR1", "whole checkpoints are kept"),
        (signal.SIGUSR2 + 30, f"signal {signal.SIGUSR2 + 30}", "whole checkpoints are kept"),
    ],
)
def test_a_trainer_killed_by_a_signal(workspace: Workspace, number: int, name: str, hint: str) -> None:
    code = f"""
import resource
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
print("step 7", flush=True)
os.kill(os.getpid(), {int(number)})
forever()
"""
    _, error = failed(fake_run(workspace, code))
    assert error["code"] == "TRAINER_KILLED"
    assert error["message"] == f"the trainer was killed by {name}; last lines: step 7"
    assert hint in str(error["hint"])


def test_an_interpreter_that_is_not_there(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, TRAINS, python="/nowhere/bin/python")
    _, error = failed(run_dir)
    assert (error["class"], error["code"]) == ("user", "TRAINER_CRASHED")
    assert "/nowhere/bin/python" in str(error["message"])
    assert "python_path" in str(error["hint"])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"argv": []}', '{"argv": ["python"], "cwd": "/nowhere"}'])
def test_a_launch_that_cannot_be_read_or_started(workspace: Workspace, text: str) -> None:
    run_dir = fake_run(workspace, TRAINS)
    RunPaths(run_dir).launch.write_text(text)
    _, error = failed(run_dir)
    assert "could not be started" in str(error["message"])


def test_results_that_cannot_be_recorded_leave_the_checkpoints_whole(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(run_dir: Path) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tuner.jobs.finalize.finalize", full)
    run_dir = fake_run(workspace, TRAINS)
    _, error = failed(run_dir)
    assert error["code"] == "DISK_FULL"
    assert "training ended well" in str(error["message"])
    assert (RunPaths(run_dir).final_model / "complete.json").exists()


def test_a_state_that_was_broken_is_not_written_over(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, "(run_dir / 'state.json').write_text('{')\nsys.exit(1)")
    with pytest.raises(UnreadableFile, match=r"state\.json"):
        Supervisor(run_dir).run()
    assert RunPaths(run_dir).state.read_text() == "{"


def test_a_supervisor_that_cannot_work_says_why_on_its_log(workspace: Workspace) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tuner.jobs.supervisor", str(workspace.root)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "state.json: No such file" in done.stderr


def test_a_manifest_that_vanished_does_not_leave_the_run_going_for_ever(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, "(run_dir / 'manifest.json').unlink()")
    _, error = failed(run_dir)
    assert "manifest.json" in str(error["message"])
