"""What a picture of metrics consists of: panels, and in them lines of few enough points."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tuner.core.errors import ConfigurationError
from tuner.runs.series import Series, XAxis
from tuner.runs.smoothing import smooth

if TYPE_CHECKING:
    from tuner.runs.metrics_view import MetricsView

MOST_PANELS = 24
_MOST_POINTS = 4000
"""Of one line: more would be drawn over each other, and an SVG of a million points opens nowhere."""

Points = tuple[Sequence[float], Sequence[float]]


@dataclass(slots=True)
class Line:
    """One metric of one run, x as the panel's label says; NaN is a gap."""

    run: int
    label: str
    x: Sequence[float]
    y: Sequence[float]
    smoothed: Points | None = None
    points: bool = False
    best_x: float | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One coordinate system."""

    title: str
    x_label: str
    lines: tuple[Line, ...]
    dates: bool = False


def panels_of(
    runs: Sequence[tuple[str, MetricsView, int | None]], names: Sequence[str], axis: XAxis, smoothing: float
) -> list[Panel]:
    """A panel for each metric, its evaluation in the same one; the runs are (label, metrics, best step).

    Raises:
        ConfigurationError: no run has a value on that axis, or there are more panels than fit.
    """
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.removeprefix("eval_"), []).append(name)
    made = []
    for title, members in groups.items():
        lines = [
            line
            for index, (label, view, best) in enumerate(runs)
            for line in _lines(index, label if len(runs) > 1 else "", view, members, axis, smoothing, best)
        ]
        if lines:
            made.append((title if len(members) > 1 else members[0], lines))
    if not made:
        missing = f" over {axis.value}" if axis is not XAxis.STEP else ""
        raise ConfigurationError(f"there is nothing to draw{missing}", hint="choose other metrics or another --axis")
    if len(made) > MOST_PANELS:
        raise ConfigurationError(
            f"{len(made)} charts do not fit in one picture (at most {MOST_PANELS})", hint="choose some with --metric"
        )
    return [Panel(title, *_scaled(lines, axis), dates=axis is XAxis.WALL) for title, lines in made]


def _lines(
    run: int, label: str, view: MetricsView, names: Sequence[str], axis: XAxis, smoothing: float, best: int | None
) -> list[Line]:
    made: list[Line] = []
    for name in names:
        series = view.series(name, axis) if name in view.names else None
        if series is None or not len(series):
            continue
        points = name.startswith("eval_")
        text = f"{label} · {name}" if label and len(names) > 1 else label or name
        x, y = thinned(series)
        line = Line(run, text, x, y, points=points)
        if smoothing > 0 and not points:
            line.smoothed = thinned(Series(series.x, smooth(series.y, smoothing)))
        if best is not None and all(m.best_x is None for m in made):
            line.best_x = _x_at(best, view.series(name).x, series.x)
        made.append(line)
    return made


def _x_at(step: int, steps: Sequence[float], x: Sequence[float]) -> float | None:
    """Where a step lies on the axis: x is known for the last values only, where it is not for all."""
    at = min(bisect_left(steps, step), len(steps) - 1) - (len(steps) - len(x))
    return float(x[at]) if at >= 0 else None


def thinned(series: Series) -> Points:
    """A series in few enough points: the lowest and the highest of each slice, in their order; gaps stay gaps."""
    if len(series) <= _MOST_POINTS:
        return list(series.x), list(series.y)
    import numpy as np

    x, y = np.asarray(series.x, dtype=np.float64), np.asarray(series.y, dtype=np.float64)
    edges = np.linspace(0, len(y), _MOST_POINTS // 2 + 1).astype(np.int64)
    starts, kept = edges[:-1], np.isfinite(y)
    low = np.where(kept, y, np.inf)
    high = np.where(kept, y, -np.inf)
    at: list[int] = []
    for a, b in zip(starts.tolist(), edges[1:].tolist(), strict=True):
        at += sorted({a + int(low[a:b].argmin()), a + int(high[a:b].argmax())})
    return x[at].tolist(), y[at].tolist()


def _scaled(lines: Sequence[Line], axis: XAxis) -> tuple[str, tuple[Line, ...]]:
    """The axis' label, and the lines in its unit."""
    if axis is XAxis.WALL:
        return "time (UTC)", tuple(_with_x(line, _dates) for line in lines)
    if axis is not XAxis.RELATIVE:
        return axis.value, tuple(lines)
    longest = max(float(line.x[-1]) for line in lines)
    unit, seconds = ("hours", 3600.0) if longest > 7200 else ("minutes", 60.0) if longest > 120 else ("seconds", 1.0)
    return f"{unit} since the first row", tuple(_with_x(line, lambda x: _over(x, seconds)) for line in lines)


def _with_x(line: Line, change: Callable[[Sequence[float]], Sequence[float]]) -> Line:
    best = change([line.best_x])[0] if line.best_x is not None else None
    smoothed = (change(line.smoothed[0]), line.smoothed[1]) if line.smoothed is not None else None
    return replace(line, x=change(line.x), smoothed=smoothed, best_x=best)


def _over(x: Sequence[float], seconds: float) -> Sequence[float]:
    return [v / seconds for v in x]


def _dates(x: Sequence[float]) -> Sequence[float]:
    """Days since 1970, as matplotlib counts them."""
    return [v / 86400 for v in x]
