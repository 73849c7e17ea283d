"""What of a run a query may name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tuner.core.states import ENDED_STATES
from tuner.runs.query_values import seconds_of

if TYPE_CHECKING:
    from tuner.runs.summary import RunSummary


def searched_text(run: RunSummary) -> str:
    """What bare words are looked for in, case folded; a line for each text, so that no word spans two."""
    tags = "\n".join(run.tags)
    return f"{run.name}\n{run.id}\n{run.model or ''}\n{run.dataset or ''}\n{tags}\n{run.note}".casefold()


def _is_ended(run: RunSummary) -> bool:
    return run.state in ENDED_STATES


def _is_stale(run: RunSummary) -> bool:
    return run.stale_seconds is not None


FLAGS: dict[str, Callable[[RunSummary], bool]] = {
    "pinned": lambda r: r.pinned,
    "archived": lambda r: r.archived,
    "live": lambda r: r.is_live,
    "ended": _is_ended,
    "stale": _is_stale,
    "best": lambda r: r.best is not None,
}


def state_words(run: RunSummary) -> list[str]:
    """The state and what it implies: live, ended, stale."""
    return [run.state, *(name for name in ("live", "ended", "stale") if FLAGS[name](run))]


def _known(text: str | None) -> list[str]:
    return [text] if text is not None else []


TEXT_FIELDS: dict[str, Callable[[RunSummary], list[str]]] = {
    "state": state_words,
    "objective": lambda r: _known(r.objective),
    "method": lambda r: _known(r.method),
    "backend": lambda r: _known(r.backend),
    "kind": lambda r: [r.kind],
    "source": lambda r: [r.source],
    "tag": lambda r: r.tags,
    "model": lambda r: _known(r.model),
    "dataset": lambda r: _known(r.dataset),
    "id": lambda r: [r.id],
    "name": lambda r: [r.name],
    "parent": lambda r: _known(r.parent),
    "note": lambda r: [r.note],
}
CONTAINED = frozenset({"model", "dataset", "id", "name", "parent", "note"})
"""Fields of free text: part of it is enough. The others are words from a list: the beginning is enough."""
TIME_FIELDS: dict[str, Callable[[RunSummary], str | None]] = {
    "created": lambda r: r.created_at,
    "started": lambda r: r.started_at,
    "finished": lambda r: r.finished_at,
}


def best_value(run: RunSummary) -> float | None:
    """The score of the run's best checkpoint."""
    value = run.best.get("value") if run.best else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def run_seconds(run: RunSummary, now: float) -> float | None:
    """How long the run took, or has taken so far."""
    started = seconds_of(run.started_at)
    if started is None:
        return None
    ended = seconds_of(run.finished_at) or (now if run.is_live else None)
    return ended - started if ended is not None else None


NUMBER_FIELDS: dict[str, Callable[[RunSummary, float], float | None]] = {
    "step": lambda r, _: r.step,
    "progress": lambda r, _: r.progress,
    "eta": lambda r, _: r.eta_seconds,
    "duration": run_seconds,
    "best": lambda r, _: best_value(r),
}
DURATIONS = frozenset({"eta", "duration"})
