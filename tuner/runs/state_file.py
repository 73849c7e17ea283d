"""state.json: read by everyone, changed under the run's lock (standard library only).

Each change of state is one event and one atomic write. Progress (phase, step, time left) is written without an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tuner.core.states import RunState, can_change
from tuner.runs.atomic import write_json
from tuner.runs.events import append_event_locked
from tuner.runs.json_file import JsonObject, UnreadableFile, read_object
from tuner.runs.layout import RunPaths
from tuner.runs.lock import run_lock


class IllegalTransition(Exception):
    """A change of state that the life of a run does not have."""

    def __init__(self, old: RunState, new: RunState) -> None:
        super().__init__(f"a run cannot go from {old.value} to {new.value}")
        self.old, self.new = old, new


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process, told apart from a later one with the same pid by its start time (seconds since the epoch)."""

    pid: int
    started: float

    def as_dict(self) -> dict[str, object]:
        return {"pid": self.pid, "started": self.started}


@dataclass(frozen=True, slots=True)
class StateView:
    """What state.json says. ``progress`` is 0 to 1, ``eta_seconds`` in seconds; unknown is None."""

    state: RunState
    phase: str | None
    attempt: int
    progress: float | None
    step: int | None
    total_steps: int | None
    eta_seconds: float | None
    message: str
    error: Mapping[str, object] | None
    host: str | None
    boot_id: str | None
    supervisor: ProcessIdentity | None
    trainer: ProcessIdentity | None


def initial_state(state: RunState = RunState.QUEUED) -> JsonObject:
    """What a new run's state.json holds."""
    return {
        "state": state.value,
        "phase": None,
        "attempt": 1,
        "progress": None,
        "step": None,
        "total_steps": None,
        "eta_seconds": None,
        "message": "",
        "error": None,
        "host": None,
        "boot_id": None,
        "supervisor": None,
        "trainer": None,
    }


def read_state(run_dir: Path) -> StateView:
    """Read state.json.

    Raises:
        UnreadableFile: it is missing, torn or holds an unknown state.
    """
    return _view(read_object(RunPaths(run_dir).state), RunPaths(run_dir).state)


def change_state(
    run_dir: Path, new: RunState, message: str, *, patch: Mapping[str, object] | None = None, kind: str = "state"
) -> StateView:
    """Go to another state, with one event.

    Raises:
        IllegalTransition: the run's life has no such change (it may have ended meanwhile).
        UnreadableFile: state.json cannot be read.
    """
    path = RunPaths(run_dir).state
    with run_lock(run_dir):
        values = read_object(path)
        old = _view(values, path).state
        if not can_change(old, new):
            raise IllegalTransition(old, new)
        values = {**values, **(patch or {}), "state": new.value, "message": message}
        write_json(path, values)
        append_event_locked(run_dir, kind, message, {"from": old.value, "to": new.value})
        return _view(values, path)


def patch_state(run_dir: Path, patch: Mapping[str, object], *, durable: bool = False) -> None:
    """Change fields other than the state itself (phase, progress, error, process identities)."""
    if "state" in patch:
        raise ValueError("change_state changes the state")
    path = RunPaths(run_dir).state
    with run_lock(run_dir):
        write_json(path, {**read_object(path), **patch}, durable=durable)


def _view(values: JsonObject, path: Path) -> StateView:
    try:
        state = RunState(str(values.get("state")))
    except ValueError:
        raise UnreadableFile(f"{path}: unknown state {values.get('state')!r}") from None
    error = values.get("error")
    phase, host, boot = values.get("phase"), values.get("host"), values.get("boot_id")
    attempt = values.get("attempt")
    return StateView(
        state=state,
        phase=str(phase) if phase else None,
        attempt=attempt if isinstance(attempt, int) else 1,
        progress=_number(values.get("progress")),
        step=_whole(values.get("step")),
        total_steps=_whole(values.get("total_steps")),
        eta_seconds=_number(values.get("eta_seconds")),
        message=str(values.get("message") or ""),
        error=error if isinstance(error, dict) else None,
        host=str(host) if host else None,
        boot_id=str(boot) if boot else None,
        supervisor=_identity(values.get("supervisor")),
        trainer=_identity(values.get("trainer")),
    )


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:  # a whole number beyond what a float can hold
        return None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _identity(value: object) -> ProcessIdentity | None:
    if not isinstance(value, dict):
        return None
    pid, started = _whole(value.get("pid")), _number(value.get("started"))
    return ProcessIdentity(pid, started) if pid is not None and started is not None else None
