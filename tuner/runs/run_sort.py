"""The order of a list of runs, and its groups."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tuner.core.states import RunState
from tuner.runs.query_fields import best_value, run_seconds
from tuner.runs.query_values import seconds_of

if TYPE_CHECKING:
    from tuner.runs.summary import RunSummary

_STATES = [s.value for s in (
    RunState.RUNNING, RunState.FINALIZING, RunState.QUEUED, RunState.PAUSED,
    RunState.FAILED, RunState.CANCELLED, RunState.SUCCEEDED,
)]  # fmt: skip
Key = str | float | int | None


def _folded(text: str | None) -> str | None:
    return text.casefold() if text else None


_KEYS: dict[str, Callable[[RunSummary], Key]] = {
    "created": lambda r: r.created_at,
    "started": lambda r: r.started_at,
    "finished": lambda r: r.finished_at,
    "name": lambda r: _folded(r.name),
    "id": lambda r: r.id,
    "state": lambda r: _STATES.index(r.state) if r.state in _STATES else len(_STATES),
    "objective": lambda r: r.objective,
    "method": lambda r: r.method,
    "backend": lambda r: r.backend,
    "kind": lambda r: r.kind,
    "model": lambda r: _folded(r.model),
    "dataset": lambda r: _folded(r.dataset),
    "source": lambda r: r.source,
    "step": lambda r: r.step,
    "progress": lambda r: r.progress,
    "eta": lambda r: r.eta_seconds,
    "duration": lambda r: run_seconds(r, time.time()),
    "best": best_value,
    "tags": lambda r: " ".join(sorted(t.casefold() for t in r.tags)) or None,
    "note": lambda r: _folded(r.note),
}
SORT_KEYS: tuple[str, ...] = tuple(_KEYS)
"""What runs may be sorted by, besides the name of any metric."""
GROUP_KEYS: tuple[str, ...] = (
    "state", "objective", "method", "backend", "kind", "model", "dataset", "source", "tag", "parent", "day",
)  # fmt: skip
"""What runs may be grouped by."""
NO_GROUP = "–"
"""The group of runs that have no value."""


def sort_runs(runs: Iterable[RunSummary], key: str, *, descending: bool) -> list[RunSummary]:
    """The runs by one of ``SORT_KEYS`` or by the newest value of a metric.

    Pinned runs come first and runs without a value last, whichever way it is sorted; equal ones keep their order.
    """
    read = _KEYS.get(key) or (lambda r: r.metrics.get(key))
    groups: dict[bool, list[RunSummary]] = {True: [], False: []}
    for run in runs:
        groups[run.pinned].append(run)
    return [*_sorted(groups[True], read, descending), *_sorted(groups[False], read, descending)]


def group_runs(runs: Iterable[RunSummary], key: str) -> list[tuple[str, list[RunSummary]]]:
    """The runs by one of ``GROUP_KEYS``: groups in the order in which they first occur, runs in theirs.

    A run with several tags is in the group of each. What has no value comes last, as ``NO_GROUP``.
    """
    found: dict[str, list[RunSummary]] = {}
    for run in runs:
        for name in _groups_of(run, key):
            found.setdefault(name, []).append(run)
    rest = found.pop(NO_GROUP, None)
    return [*found.items(), *([(NO_GROUP, rest)] if rest else [])]


def _groups_of(run: RunSummary, key: str) -> Sequence[str]:
    if key == "tag":
        return run.tags or [NO_GROUP]
    if key == "day":
        return [_day(run.created_at)]
    value = {
        "state": run.state, "objective": run.objective, "method": run.method, "backend": run.backend, "kind": run.kind,
        "model": run.model, "dataset": run.dataset, "source": run.source, "parent": run.parent,
    }.get(key)  # fmt: skip
    return [value or NO_GROUP]


def _sorted(runs: list[RunSummary], read: Callable[[RunSummary], Key], descending: bool) -> list[RunSummary]:
    known: list[tuple[Key, RunSummary]] = []
    rest: list[RunSummary] = []
    for run in runs:
        value = read(run)
        known.append((value, run)) if value is not None else rest.append(run)
    known.sort(key=lambda pair: pair[0], reverse=descending)  # type: ignore[arg-type, return-value] # one key, one type
    return [*(run for _, run in known), *rest]


@lru_cache(16384)
def _day(stamp: str | None) -> str:
    """The local day of an RFC 3339 time."""
    seconds = seconds_of(stamp)
    return time.strftime("%Y-%m-%d", time.localtime(seconds)) if seconds is not None else NO_GROUP
