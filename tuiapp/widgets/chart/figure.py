"""What a chart shows, and its drawing as lines of text: no widget, no colour yet."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tuiapp.screens.reading.series_store import Series
from tuiapp.widgets.chart.canvas import Canvas
from tuiapp.widgets.chart.ticks import Axis, axis, step_ticks

AXIS, FIRST_PLOT = 0, 1
"""Ink numbers: the axes, the first plot (the others follow). Marks have the inks below."""
MARK, BEST = -1, -2

_HUGE = 1e300
"""Values beyond are drawn as this: the difference of two larger ones is infinite."""

Piece = tuple[str, int]
"""Text and its ink number."""


@dataclass(frozen=True)
class Plot:
    """One metric. ``points``: each value is a ◆; ``line``: values are joined."""

    name: str
    label: str
    series: Series
    line: bool = True
    points: bool = False


@dataclass(frozen=True)
class Figure:
    """Plots over the same steps. ``marks``: step → whether it is the best checkpoint's."""

    plots: Sequence[Plot] = ()
    marks: Mapping[int, bool] = field(default_factory=dict)
    percent: bool = False

    @property
    def has_points(self) -> bool:
        return any(p.series.steps for p in self.plots)


def draw(figure: Figure, width: int, height: int) -> list[list[Piece]]:
    """The figure in so many cells: plot, axis with the checkpoints' marks, steps. [] where it has no point."""
    if not figure.has_points or width < 16 or height < 4:
        return []
    y_axis = _y_axis(figure, height - 2)
    labels = {t: y_axis.label(t, percent=figure.percent) for t in y_axis.ticks}
    margin = max(len(text) for text in labels.values()) + 1
    area = _Area(*_steps(figure), y_axis, Canvas(width - margin, height - 2))
    for ink, plot in enumerate(figure.plots, FIRST_PLOT):
        if plot.line:
            _draw_line(area, plot.series, ink)
    for ink, plot in enumerate(figure.plots, FIRST_PLOT):
        if plot.points:
            for step, value in zip(plot.series.steps, plot.series.values, strict=True):
                area.canvas.glyph(area.x(step), area.y(value), "◆", ink)
    at = {area.y(t) >> 2: text for t, text in labels.items()}
    lines: list[list[Piece]] = []
    for row in range(height - 2):
        label = at.get(row)
        edge = (label or "").rjust(margin - 1) + ("┤" if label else "│")
        lines.append([(edge, AXIS), *area.canvas.row(row)])
    return [*lines, _mark_line(area, figure.marks, margin), _step_line(area, margin)]


@dataclass(frozen=True)
class _Area:
    low: int
    high: int
    axis: Axis
    canvas: Canvas

    def x(self, step: int) -> int:
        return round((step - self.low) / max(1, self.high - self.low) * (self.canvas.dots_x - 1))

    def y(self, value: float) -> int:
        share = (_within(value) - self.axis.low) / (self.axis.high - self.axis.low)
        return round((1 - share) * (self.canvas.dots_y - 1))


def _y_axis(figure: Figure, rows: int) -> Axis:
    values = [v for p in figure.plots for v in (_extremes(p.series.values))]
    low, high = min(values), max(values)
    if figure.percent:
        low, high = min(low, 0.0), max(high, 1.0)
    low, high = _within(low), _within(high)
    return axis(low, high, max(2, min(6, rows // 2)))


def _within(value: float) -> float:
    return max(-_HUGE, min(_HUGE, value))


def _extremes(values: Sequence[float]) -> tuple[float, ...]:
    return (min(values), max(values)) if values else ()


def _steps(figure: Figure) -> tuple[int, int]:
    filled = [p.series for p in figure.plots if p.series.steps]
    low, high = min(s.steps[0] for s in filled), max(s.steps[-1] for s in filled)
    return low, max(high, low + 1, *figure.marks) if figure.marks else max(high, low + 1)


def _draw_line(area: _Area, series: Series, ink: int) -> None:
    if len(series.steps) > 2 * area.canvas.dots_x:
        _draw_dense(area, series, ink)
        return
    gaps = series.gaps
    before: tuple[int, int, int] | None = None
    for step, value in zip(series.steps, series.values, strict=True):
        x, y = area.x(step), area.y(value)
        if before is None or (gaps and bisect_left(gaps, before[0]) != bisect_left(gaps, step)):
            area.canvas.column(x, y, y, ink)
        else:
            area.canvas.line(before[1], before[2], x, y, ink)
        before = (step, x, y)


def _draw_dense(area: _Area, series: Series, ink: int) -> None:
    """Many points in each column: from its lowest to its highest. The slices are searched in C."""
    columns, span = area.canvas.dots_x, area.high - area.low + 1
    steps, values = series.steps, series.values
    start = bisect_left(steps, area.low)
    last: tuple[int, int] | None = None
    for x in range(columns):
        stop = bisect_left(steps, math.ceil(area.low + (x + 1) * span / columns), start)
        if stop > start:
            here = values[start:stop]
            top, bottom = area.y(max(here)), area.y(min(here))
            if last is not None and last[0] == x - 1 and not _gap(series.gaps, steps[start - 1], steps[start]):
                entry = area.y(here[0])
                top, bottom = min(top, bottom, _towards(last[1], entry)), max(top, bottom, _towards(last[1], entry))
            area.canvas.column(x, top, bottom, ink)
            last = (x, area.y(here[-1]))
        start = stop


def _gap(gaps: Sequence[int], after: int, before: int) -> bool:
    return bool(gaps) and bisect_left(gaps, after) != bisect_left(gaps, before)


def _towards(y0: int, y1: int) -> int:
    """The dot beside ``y0`` on the way to ``y1``."""
    return y0 + (y1 > y0) - (y1 < y0)


def _mark_line(area: _Area, marks: Mapping[int, bool], margin: int) -> list[Piece]:
    cells = ["─"] * area.canvas.width
    best: set[int] = set()
    for step, is_best in sorted(marks.items(), key=lambda m: m[1]):
        if area.low <= step <= area.high:
            cell = area.x(step) >> 1
            cells[cell] = "★" if is_best else "▲"
            if is_best:
                best.add(cell)
    pieces: list[Piece] = [(" " * (margin - 1) + "└", AXIS)]
    for index, char in enumerate(cells):
        ink = AXIS if char == "─" else (BEST if index in best else MARK)
        if pieces[-1][1] == ink:
            pieces[-1] = (pieces[-1][0] + char, ink)
        else:
            pieces.append((char, ink))
    return pieces


def _step_line(area: _Area, margin: int) -> list[Piece]:
    width = area.canvas.width
    row = [" "] * (margin + width)
    free = 0
    for step in step_ticks(area.low, area.high, max(2, width // 12)):
        text = _short_step(step)
        left = min(margin + (area.x(step) >> 1) - len(text) // 2, margin + width - len(text))
        left = max(left, margin)
        if left >= free:
            row[left : left + len(text)] = text
            free = left + len(text) + 2
    return [("".join(row), AXIS)]


def _short_step(step: int) -> str:
    if step >= 1_000_000 and step % 100_000 == 0:
        return f"{step / 1e6:g}M"
    return f"{step // 1000}k" if step >= 10_000 and step % 1000 == 0 else str(step)
