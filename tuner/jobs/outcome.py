"""What a trainer's end means: exit code, signal, request and reported error read together."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tuner.core.errors import ErrorCode, FailureClass
from tuner.core.out_of_memory import KILLED, says_out_of_memory, what_to_change
from tuner.core.states import RunState
from tuner.runs.control import STOPPED_EXIT_CODE, Request
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest
from tuner.runs.state_file import read_state
from tuner.runs.text_tail import last_lines

ErrorObject = dict[str, object]

_LAST_WORDS = 20
"""Lines: Python's own complaints about an abort may stand behind its reason."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state a run ends in, with what to say about it."""

    state: RunState
    message: str
    error: ErrorObject | None = None

    @classmethod
    def failed(
        cls, code: ErrorCode, message: str, hint: str, failure_class: FailureClass = FailureClass.FATAL
    ) -> Outcome:
        error: ErrorObject = {"class": failure_class.value, "code": code.value, "message": message, "hint": hint}
        return cls(RunState.FAILED, message, error)

    @classmethod
    def not_started(cls, error: Exception) -> Outcome:
        return cls.failed(
            ErrorCode.TRAINER_CRASHED,
            f"the trainer could not be started: {error}",
            "check the interpreter in launch.json (setting backends.<name>.python_path)",
            FailureClass.USER,
        )

    @classmethod
    def not_finalized(cls, error: Exception) -> Outcome:
        return cls.failed(
            ErrorCode.DISK_FULL if getattr(error, "errno", None) == 28 else ErrorCode.TRAINER_CRASHED,
            f"training ended well, but its results could not be recorded: {error}",
            "checkpoints and final_model are whole and can be used",
        )


def outcome_of(run_dir: Path, code: int, *, asked: Request | None, told_to_end: bool) -> Outcome:
    """Read a trainer's end. ``code`` is negative for a signal; ``asked`` is the request that stood."""
    if code == 0:
        return Outcome(RunState.SUCCEEDED, _finished(run_dir))
    if told_to_end:
        return Outcome.failed(
            ErrorCode.TRAINER_KILLED,
            "the supervisor was told to end (shutdown or logout) and took the trainer with it",
            "start the run again; whole checkpoints are kept",
            FailureClass.TRANSIENT,
        )
    reported = _reported(run_dir)
    if asked is not None and (code == STOPPED_EXIT_CODE or code < 0 or reported is None):
        saved = " after saving a checkpoint" if code == STOPPED_EXIT_CODE else ""
        if asked is Request.PAUSE and code == STOPPED_EXIT_CODE:
            return Outcome(RunState.PAUSED, "paused after saving a checkpoint")
        return Outcome(RunState.CANCELLED, f"cancelled on request{saved}")
    if reported is not None:
        return Outcome(RunState.FAILED, str(reported.get("message", "failed")), dict(reported))
    return _killed(run_dir, -code) if code < 0 else _crashed(run_dir, code)


def _finished(run_dir: Path) -> str:
    """That it did all it should, or why it ended well before that."""
    try:
        results = read_manifest(run_dir).get("results")
    except UnreadableFile:
        return "finished"
    early = results.get("stopped_early") if isinstance(results, dict) else None
    return str(early.get("message") or "stopped early") if isinstance(early, dict) else "finished"


def _reported(run_dir: Path) -> Mapping[str, object] | None:
    try:
        return read_state(run_dir).error
    except UnreadableFile:
        return None


def _killed(run_dir: Path, number: int) -> Outcome:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    if name == "SIGABRT" and (said := _out_of_memory(run_dir)):
        return Outcome.failed(
            ErrorCode.TRAINING_OOM,
            f"the device ran out of memory: {said}",
            what_to_change(run_dir.name),
            FailureClass.USER,
        )
    hint = {
        KILLED: f"often the kernel's out-of-memory killer: `tuner runs fix {run_dir.name}` proposes what to change; "
        "or close other programs",
        "SIGABRT": "a library gave up, often for want of memory: make the batch or the sequence shorter",
        "SIGSEGV": "a library crashed: check the versions of torch and its drivers (`tuner doctor`)",
    }.get(name, "start the run again; whole checkpoints are kept")
    return Outcome.failed(ErrorCode.TRAINER_KILLED, f"the trainer was killed by {name}{_tail(run_dir)}", hint)


def _out_of_memory(run_dir: Path) -> str:
    """The line that says so, or ""."""
    lines = last_lines(RunPaths(run_dir).console, _LAST_WORDS)
    return next((line for line in reversed(lines) if says_out_of_memory(line)), "")


def _crashed(run_dir: Path, code: int) -> Outcome:
    return Outcome.failed(
        ErrorCode.TRAINER_CRASHED,
        f"the trainer ended with exit code {code}{_tail(run_dir)}",
        f"see the whole log: tuner runs logs {run_dir.name}",
    )


def _tail(run_dir: Path) -> str:
    lines = last_lines(RunPaths(run_dir).console, 3)
    return "; last lines: " + " | ".join(lines) if lines else ""
