"""A run's states and the changes allowed between them (standard library only)."""

from __future__ import annotations

from enum import StrEnum


class RunState(StrEnum):
    """The stored state of a run. "Stale" is derived from the heartbeat and never stored."""

    QUEUED = "queued"
    RUNNING = "running"
    FINALIZING = "finalizing"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Phase(StrEnum):
    """What a running trainer is doing just now."""

    PREPARING = "preparing"
    DOWNLOADING = "downloading"
    TOKENIZING = "tokenizing"
    TRAINING = "training"
    EVALUATING = "evaluating"
    SAVING = "saving"
    FINALIZING = "finalizing"


TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    RunState.QUEUED: frozenset({RunState.RUNNING, RunState.CANCELLED, RunState.FAILED}),
    RunState.RUNNING: frozenset({RunState.FINALIZING, RunState.PAUSED, RunState.FAILED, RunState.CANCELLED}),
    RunState.FINALIZING: frozenset({RunState.SUCCEEDED, RunState.FAILED}),
    RunState.PAUSED: frozenset({RunState.QUEUED}),
    RunState.FAILED: frozenset({RunState.QUEUED}),
    RunState.CANCELLED: frozenset({RunState.QUEUED}),
    RunState.SUCCEEDED: frozenset(),
}

LIVE_STATES = frozenset({RunState.QUEUED, RunState.RUNNING, RunState.FINALIZING})
ENDED_STATES = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED})


def can_change(old: RunState, new: RunState) -> bool:
    """Whether a run may go from ``old`` to ``new``."""
    return new in TRANSITIONS[old]
