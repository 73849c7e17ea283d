"""What died without a word: a run whose supervisor no longer lives is marked failed by the next one who looks."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tuner.core.errors import ErrorCode, FailureClass
from tuner.core.states import RunState
from tuner.jobs.identity import boot_id, host_name, is_alive
from tuner.jobs.outcome import Outcome
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RunPaths, utc_now
from tuner.runs.manifest_file import patch_manifest
from tuner.runs.state_file import IllegalTransition, StateView, change_state, read_state
from tuner.runs.text_tail import last_lines

_SUPERVISED = frozenset({RunState.RUNNING, RunState.FINALIZING})


def reconcile_run(run_dir: Path) -> bool:
    """Mark one run failed where its supervisor died on this host. Another host's runs are never judged.

    Returns:
        True where the run was marked.
    """
    try:
        view = read_state(run_dir)
        if view.state not in _SUPERVISED or view.host != host_name() or _supervised(view):
            return False
        outcome = _outcome(run_dir, view)
        _end_orphan(view)
        change_state(
            run_dir,
            RunState.FAILED,
            outcome.message,
            patch={"error": outcome.error, "phase": None, "eta_seconds": None},
        )
        patch_manifest(run_dir, {"finished": utc_now(), "state": "failed", "error": outcome.error})
    except (UnreadableFile, IllegalTransition, FileNotFoundError):
        return False  # unreadable, or somebody else was first: their word stands
    return True


def _supervised(view: StateView) -> bool:
    return view.boot_id == boot_id() and is_alive(view.supervisor)


def _end_orphan(view: StateView) -> None:
    """The trainer of a dead supervisor must not go on: a resumed run would have two."""
    if view.boot_id == boot_id() and view.trainer is not None and is_alive(view.trainer):
        try:
            os.killpg(view.trainer.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def _outcome(run_dir: Path, view: StateView) -> Outcome:
    rebooted = view.boot_id != boot_id()
    what = "the machine restarted while the run was going" if rebooted else "the supervisor was killed"
    lines = last_lines(RunPaths(run_dir).console, 3)
    tail = "; last lines: " + " | ".join(lines) if lines else ""
    return Outcome.failed(
        ErrorCode.TRAINER_KILLED,
        f"{what}{tail}",
        "start the run again; whole checkpoints are kept",
        FailureClass.TRANSIENT if rebooted else FailureClass.FATAL,
    )
