"""What the run table says of a run, cell by cell. All of it is inert: it may be drawn as it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise

from tuiapp.widgets.wording import duration, metric, short_state
from tuner.runs.summary import RunSummary
from tuner.runs.text_tail import inert

UNKNOWN = "–"
_LEVELS = "▁▂▃▄▅▆▇"
_BAR = 6


@lru_cache(4096)
def plain(text: str | None) -> str:
    """A text of the run's own, inert; a dash where there is none. Annotations and caches are files too."""
    return inert(text) if text else UNKNOWN


def sparkline(values: Sequence[float], width: int) -> str:
    """The values as small bars in ``width`` cells at most: the mean of each share; a gap where none is finite."""
    count = min(width, len(values))
    if count <= 0:
        return ""
    edges = [i * len(values) // count for i in range(count + 1)]
    means = [_mean(values[low:high]) for low, high in pairwise(edges)]
    known = [m for m in means if m is not None]
    if not known:
        return ""
    low, span = min(known), max(known) - min(known)
    top = len(_LEVELS) - 1
    return "".join(" " if m is None else _LEVELS[round((m - low) / span * top) if span else top // 2] for m in means)


def _mean(values: Sequence[float]) -> float | None:
    finite = [v for v in values if math.isfinite(v)]
    return sum(finite) / len(finite) if finite else None


def progress(run: RunSummary) -> str:
    """How far: a bar and a share while it goes on, steps else."""
    steps = _steps(run)
    if run.progress is None:
        return steps
    if not run.is_live:
        return steps if steps != UNKNOWN else f"{run.progress:.0%}"
    full = max(0, min(_BAR, round(run.progress * _BAR)))
    return f"{'▓' * full}{'░' * (_BAR - full)} {run.progress:4.0%}"


def _steps(run: RunSummary) -> str:
    if run.step is None:
        return UNKNOWN
    return f"{run.step}/{run.total_steps}" if run.total_steps else str(run.step)


def state(run: RunSummary) -> str:
    """The state in words: why it failed, how long it has been silent."""
    return plain(short_state(run) if run.stale_seconds is not None or run.state == "failed" else run.state)


def eta(run: RunSummary) -> str:
    return duration(run.eta_seconds) if run.is_live else UNKNOWN


def note(run: RunSummary) -> str:
    """The note on one line."""
    return plain(" · ".join(run.note.split("\n")))


def value(run: RunSummary, name: str) -> str:
    """The newest value of a metric."""
    return metric(name, run.metrics.get(name))


def best(run: RunSummary) -> str:
    """The best score and its step."""
    if not run.best:
        return UNKNOWN
    score, step = run.best.get("value"), run.best.get("step")
    shown = metric(str(run.best.get("by") or ""), score) if isinstance(score, int | float) else ""
    return f"{shown} @{'final' if step == -1 else step}".strip()


def created(run: RunSummary) -> str:
    """Month, day and time in UTC, as in the run's id."""
    return inert(run.created_at[5:16]).replace("T", " ") if run.created_at else UNKNOWN


def lasted(run: RunSummary, now: float) -> str:
    """How long the run took, or has taken until ``now`` (seconds since the epoch)."""
    begin = _moment(run.started_at)
    end = _moment(run.finished_at)
    if end is None and run.is_live:
        end = now
    return duration(max(0.0, end - begin)) if begin is not None and end is not None else UNKNOWN


@lru_cache(4096)
def _moment(text: str | None) -> float | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def tags(run: RunSummary) -> str:
    return " ".join(plain(t) for t in run.tags) or UNKNOWN


def short_name(text: str | None) -> str:
    """The last two parts of a model's or a dataset's name or path."""
    return "/".join(plain(text).rstrip("/").split("/")[-2:])
