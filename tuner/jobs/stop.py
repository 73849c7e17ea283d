"""Asking a run to stop."""

from __future__ import annotations

from pathlib import Path

from tuner.core.errors import ConfigurationError
from tuner.core.states import RunState
from tuner.runs.control import Request, write_request
from tuner.runs.layout import utc_now
from tuner.runs.manifest_file import patch_manifest
from tuner.runs.state_file import IllegalTransition, change_state, read_state


def request_cancel(run_dir: Path) -> None:
    """Cancel a run: a queued one at once, a running one at its next step, after it saved.

    Raises:
        ConfigurationError: the run has already ended.
        UnreadableFile: its state cannot be read.
    """
    state = read_state(run_dir).state
    if state is RunState.QUEUED:
        try:
            change_state(run_dir, RunState.CANCELLED, "cancelled before it started")
        except IllegalTransition:
            state = read_state(run_dir).state  # it started at this very moment
        else:
            patch_manifest(run_dir, {"state": "cancelled", "finished": utc_now()})
            return
    if state is not RunState.RUNNING:
        raise ConfigurationError(f"{run_dir.name} has already ended ({state.value})", hint="there is nothing to stop")
    write_request(run_dir, Request.CANCEL)
