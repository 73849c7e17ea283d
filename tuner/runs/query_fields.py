"""What of a run a query may name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tuner.core.states import ENDED_STATES
from tuner.runs.query_values import seconds_of

if TYPE_CHECKING:
    from tuner.runs.summary import RunSummary


_texts: dict[str, tuple[RunSummary, str]] = {}
_MOST_TEXTS = 50_000


def searched_text(run: RunSummary) -> str:
    """What bare words are looked for in, case folded; a line for each text, so that no word spans two.

    Kept for the next key: the list that is searched is mostly the same.
    """
    known = _texts.get(run.id)
    if known is not None and known[0] is run:
        return known[1]
    tags = "\n".join(run.tags)
    text = f"{run.name}\n{run.id}\n{run.model or ''}\n{run.dataset or ''}\n{tags}\n{run.note}".casefold()
    if len(_texts) >= _MOST_TEXTS:
        _texts.clear()
    _texts[run.id] = (run, text)
    return text


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
    if run.state in ENDED_STATES:
        return [run.state, "ended"]
    if run.stale_seconds is not None:
        return [run.state, "live", "stale"] if run.is_live else [run.state, "stale"]
    return [run.state, "live"] if run.is_live else [run.state]


WORD_LISTS: dict[str, Callable[[RunSummary], list[str]]] = {"state": state_words, "tag": lambda r: r.tags}
TEXT_FIELDS = (
    "state", "objective", "method", "backend", "kind", "source", "tag",
    "model", "dataset", "id", "name", "parent", "note",
)  # fmt: skip
"""Those without a list of words have the names of a run's attributes."""
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
