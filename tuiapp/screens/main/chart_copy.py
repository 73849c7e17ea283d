"""A chart's numbers as text for the clipboard."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from tuiapp.screens.main.chart_data import ChartData
from tuiapp.widgets.chart.figure import Figure
from tuiapp.widgets.chart.legend import newest, value_at
from tuiapp.widgets.chart.scale import Scale
from tuner.runs.series import XAxis
from tuner.runs.text_tail import inert

MOST_LINES = 10_000
"""Lines that a clipboard is given at most: terminals refuse more."""


def values_text(data: ChartData, figure: Figure | None, step: int | None, axis: XAxis) -> tuple[str, str]:
    """The chart's values at a step (None: the newest ones) on one line, and what is told of it."""
    if figure is None or not figure.plots:
        return "", ""
    x = data.x_of(step, axis) if step is not None else None
    where = step if step is not None else (data.view.last_step if data.view is not None else None)
    found = [(p, newest(p.series) if x is None else value_at(p.series, x)) for p in figure.plots]
    values = [f"{_name(data, figure, i)}={v!r}" for i, (_, v) in enumerate(found) if v is not None]
    return " ".join([f"step={where}", *values]), f"copied the values at step {where}"


def window_text(data: ChartData, figure: Figure | None, scale: Scale, axis: XAxis) -> tuple[str, str]:
    """What is in sight, a line for each x, with tabs between; and what is told of it."""
    if figure is None or not figure.plots:
        return "", ""
    rows: dict[float, dict[int, float]] = {}
    for index, plot in enumerate(figure.plots):
        x, y = plot.series.x, plot.series.y
        first, last = bisect_left(x, scale.low), bisect_right(x, scale.high)
        if last - first > MOST_LINES:
            return "", f"{last - first} points are too many for a clipboard: zoom in, or export the run"
        for at in range(first, last):
            rows.setdefault(x[at], {})[index] = y[at]
    columns = range(len(figure.plots))
    lines = ["\t".join([axis.value, *(_name(data, figure, i) for i in columns)])]
    for x_value in sorted(rows):
        cells = (repr(rows[x_value][i]) if i in rows[x_value] else "" for i in columns)
        lines.append("\t".join([f"{x_value:.15g}", *cells]))
    return "\n".join(lines) + "\n", f"copied {len(rows)} lines"


def _name(data: ChartData, figure: Figure, index: int) -> str:
    plot = figure.plots[index]
    run_id = plot.key.partition("\0")[0]
    return inert(f"{run_id}:{plot.name}" if data.is_overlaid else plot.name)
