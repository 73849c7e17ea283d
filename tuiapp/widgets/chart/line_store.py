"""What drawing needs of a series, worked out once: its columns in a window, its smoothed values, its extent."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from tuiapp.widgets.chart.counts import LONG, CountStore, extremes
from tuiapp.widgets.chart.figure import Plot
from tuiapp.widgets.chart.scale import Scale
from tuner.runs.downsample import Columns
from tuner.runs.series import Series
from tuner.runs.series_cache import SeriesCache

_KEPT = 256


@dataclass(frozen=True, slots=True)
class Line:
    """The columns of dots with points in them: first, last, lowest, highest; whether a gap lies before them.

    ``entry`` and ``exit``: where the line crosses the window's left and right end.
    """

    x: Sequence[int] = ()
    first: Sequence[float] = ()
    last: Sequence[float] = ()
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    gap: Sequence[bool] = ()
    entry: float | None = None
    exit: float | None = None


class LineStore:
    """Kept by a plot's key. Not for two threads at once."""

    def __init__(self) -> None:
        self.counts = CountStore()
        self._cache = SeriesCache(_KEPT)
        self._lines: dict[tuple[str, float, bool], tuple[object, Line]] = {}
        self._extents: dict[str, tuple[object, tuple[float, float] | None]] = {}

    def clear(self) -> None:
        """Forget everything, as when another run is shown."""
        self.counts.clear()
        self._cache.forget()
        self._lines.clear()
        self._extents.clear()

    def smoothed(self, plot: Plot, weight: float) -> Series:
        """The series smoothed, each value in its place."""
        return self._cache.smoothed((plot.key, "smoothed"), plot.series, weight) if weight else plot.series

    def line(self, plot: Plot, weight: float, scale: Scale, dots: int, *, log_y: bool) -> Line:
        """The plot's line in a window that is so many dots wide; values without a place on a logarithmic y are gaps."""
        series = self.smoothed(plot, weight)
        if log_y and self.counts.of(plot.key, plot.series).not_positive:
            series = _positive(series)
        key = (plot.key, weight, log_y)
        columns = self._cache.columns(key, series, 0.0, scale.low, scale.high, dots, log_x=scale.log)
        stamp = (columns, scale)
        known = self._lines.get(key)
        if known is None or known[0] != stamp:
            if len(self._lines) > _KEPT:
                self._lines.clear()
            known = self._lines[key] = (stamp, _line(columns, series, scale))
        return known[1]

    def extent(self, plot: Plot, weight: float, scale: Scale, *, log_y: bool) -> tuple[float, float] | None:
        """The lowest and highest finite value in a window (above 0 where y is logarithmic), smoothed by a weight.

        Where no point is inside but the line passes through: those of the points around it.
        """
        series = self.smoothed(plot, weight)
        x, y = series.x, series.y
        if not len(y):
            return None
        stamp = (weight, plot.series.version, len(y), repr(y[-1]), scale, log_y)
        known = self._extents.get(plot.key)
        if known is None or known[0] != stamp:
            first = bisect_left(x, scale.low)
            last = bisect_right(x, scale.high, first)
            if first == last and 0 < first < len(y):
                first, last = first - 1, last + 1
            known = self._extents[plot.key] = (stamp, extremes(y[first:last], positive=log_y))
        return known[1]


def _line(columns: Columns, series: Series, scale: Scale) -> Line:
    filled = [x for x, is_filled in enumerate(columns.filled) if is_filled]
    first, last, low, high = (
        [values[x] for x in filled] for values in (columns.first, columns.last, columns.low, columns.high)
    )
    gap = [columns.gap_before[x] for x in filled]
    entry = exit_ = None
    before, after = columns.before, columns.after
    if filled:
        if before is not None and not gap[0]:
            inside = series.x[bisect_left(series.x, scale.low)]
            entry = _crossing(scale, before, (inside, first[0]), scale.low)
        if after is not None:
            inside = series.x[bisect_right(series.x, scale.high) - 1]
            exit_ = _crossing(scale, (inside, last[-1]), after, scale.high)
    elif before is not None and after is not None and _passes(series, scale):
        entry, exit_ = (_crossing(scale, before, after, x) for x in (scale.low, scale.high))
    return Line(filled, first, last, low, high, gap, entry, exit_)


def _passes(series: Series, scale: Scale) -> bool:
    """Whether no point at all is in the window: not even a gap, which would end the line."""
    return bisect_left(series.x, scale.low) == bisect_right(series.x, scale.high)


def _crossing(scale: Scale, one: tuple[float, float], two: tuple[float, float], x: float) -> float | None:
    """The y of the straight line between two points at x."""
    if scale.log and one[0] <= 0:
        return None
    start, end = scale.share(one[0]), scale.share(two[0])
    if end <= start:
        return None
    share = (scale.share(x) - start) / (end - start)
    y = one[1] * (1 - share) + two[1] * share
    return y if math.isfinite(y) else None


def _positive(series: Series) -> Series:
    """The series with gaps in place of the values that are not above 0."""
    if len(series) >= LONG:
        import numpy as np

        values = np.asarray(series.y)
        return Series(series.x, array("d", np.where(values > 0, values, np.nan).tobytes()), series.version)
    return Series(series.x, array("d", (v if v > 0 else math.nan for v in series.y)), series.version)
