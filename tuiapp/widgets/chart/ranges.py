"""The range of x and of y that a figure's chart spans."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from tuiapp.widgets.chart.counts import percentiles
from tuiapp.widgets.chart.figure import Figure
from tuiapp.widgets.chart.line_store import LineStore
from tuiapp.widgets.chart.scale import Scale
from tuiapp.widgets.chart.ticks import HUGE, Axis, axis, log_axis
from tuner.runs.series import XAxis

_CLIPPED = (0.01, 0.99)
_DECADES = 1e15
"""A logarithmic x spans no more."""


def scale_of(figure: Figure) -> Scale | None:
    """The window of x; None where there is no point that has a place."""
    extent = x_extent(figure)
    if extent is None:
        return None
    low, high = (max(-HUGE, min(HUGE, end)) for end in extent)
    if figure.window is not None:
        low, high = figure.window.low, figure.window.high
    log = logarithmic(figure)
    if log:
        low = max(low, high / _DECADES)
    if not high > low:
        high = low * 2 if log else low + max(1.0, abs(low) * 1e-9)
    return Scale(low, high, figure.axis, log)


def logarithmic(figure: Figure) -> bool:
    """Whether x is logarithmic: the time of day never is."""
    return figure.log_x and figure.axis is not XAxis.WALL


def x_extent(figure: Figure) -> tuple[float, float] | None:
    """The first and the last x of all plots and marks; on a logarithmic x those above 0."""
    log = logarithmic(figure)
    ends: list[float] = []
    for plot in figure.plots:
        x = plot.series.x
        first = bisect_right(x, 0.0) if log else 0
        if first < len(x):
            ends += [x[first], x[-1]]
    if not ends:
        return None
    marked = [m.x for m in figure.marks if m.x > 0 or not log]
    return min(ends), max([*ends, *marked])


def values_axis(figure: Figure, scale: Scale, rows: int, store: LineStore) -> Axis | None:
    """The y axis of what is in sight; None where nothing is that has a place on it."""
    found = _clipped(figure, scale) if figure.clip else _extent(figure, scale, store)
    if found is None:
        return None
    low, high = found
    most = max(2, min(6, rows // 2))
    if figure.log_y:
        return log_axis(low, high, most)
    if figure.percent and not figure.clip:
        low, high = min(low, 0.0), max(high, 1.0)
    return axis(low, high, most)


def _extent(figure: Figure, scale: Scale, store: LineStore) -> tuple[float, float] | None:
    ends: list[float] = []
    for plot in figure.plots:
        weight = 0.0 if figure.raw else figure.weight(plot)
        found = store.extent(plot, weight, scale, log_y=figure.log_y)
        if found is not None:
            ends += found
    return (min(ends), max(ends)) if ends else None


def _clipped(figure: Figure, scale: Scale) -> tuple[float, float] | None:
    ends: list[float] = []
    for plot in figure.plots:
        x = plot.series.x
        values = plot.series.y[bisect_left(x, scale.low) : bisect_right(x, scale.high)]
        if figure.log_y:
            values = [v for v in values if v > 0]
        found = percentiles(values, *_CLIPPED)
        if found is not None:
            ends += found
    return (min(ends), max(ends)) if ends else None
