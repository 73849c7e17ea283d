"""A figure drawn in so many cells: lines of pieces with ink numbers, no widget and no colour yet."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from tuiapp.widgets.chart.canvas import Canvas, Piece
from tuiapp.widgets.chart.counts import Counts, outside
from tuiapp.widgets.chart.figure import Drawing, Figure, Mark, MarkKind, Notes, Plot
from tuiapp.widgets.chart.inks import AXIS, BAND, BEST, EVALUATION, MARK, line_ink, raw_ink
from tuiapp.widgets.chart.line_store import Line, LineStore
from tuiapp.widgets.chart.ranges import scale_of, values_axis
from tuiapp.widgets.chart.scale import Scale
from tuiapp.widgets.chart.ticks import Axis

FEWEST_COLUMNS, FEWEST_ROWS = 14, 3
"""Cells below which nothing can be drawn."""

_MARK_INKS = {MarkKind.EVALUATION: EVALUATION, MarkKind.CHECKPOINT: MARK, MarkKind.BEST: BEST}
_CROWDED = "┴"
"""A mark where the marks of one kind would hide the axis."""


def draw(figure: Figure, width: int, height: int, store: LineStore) -> Drawing:
    """The figure in so many cells: plot, axis with marks, values of x. No lines where there is no room or no point."""
    notes = _notes(figure, store)
    scale = scale_of(figure)
    if scale is None or width < FEWEST_COLUMNS or height < FEWEST_ROWS:
        return Drawing(notes=notes)
    tail = 1 if any(p.letter and p.line for p in figure.plots) else 0
    axis = values_axis(figure, scale, height - 2, store)
    if axis is None:
        return Drawing(notes=notes)
    labels = {t: axis.label(t, percent=figure.percent) for t in axis.ticks}
    left = max(len(text) for text in labels.values()) + 1
    if width - left - tail < FEWEST_COLUMNS // 2:
        return Drawing(notes=notes)
    canvas = Canvas(width - left, height - 2)
    area = _Area(canvas, scale, axis, canvas.dots_x - 2 * tail)
    _draw_plots(figure, area, store)
    at = {area.y(t) >> 2: text for t, text in labels.items()}
    lines: list[list[Piece]] = []
    shaded = _draw_band(figure, area)
    for row in range(height - 2):
        label = at.get(row)
        lines.append([((label or "").rjust(left - 1) + ("┤" if label else "│"), AXIS), *canvas.row(row)])
    lines += [_mark_line(area, figure.marks, left), _x_line(area, left)]
    if figure.clip:
        notes = replace(notes, beyond=_beyond(figure, scale, axis))
    return Drawing(lines, left, area.dots, scale, notes, shaded)


class _Area:
    """The canvas and where x and y stand on it; ``dots`` columns carry x, what is right of them letters."""

    def __init__(self, canvas: Canvas, scale: Scale, axis: Axis, dots: int) -> None:
        self.canvas, self.scale, self.axis, self.dots = canvas, scale, axis, dots
        self._rows = canvas.dots_y - 1

    def x(self, x: float) -> int:
        return self.scale.dot(x, self.dots)

    def y(self, value: float) -> int:
        """The row of dots of a value; just outside for whatever lies beyond."""
        share = self.axis.share(value)
        if -1e-9 < share < 1 + 1e-9:
            return self._rows - round(share * self._rows)
        return self._rows + 2 if share < 0 else -2

    def ys(self, values: Sequence[float]) -> list[int]:
        """The rows of dots of many values."""
        if self.axis.log:
            return [self.y(v) for v in values]
        low, span, rows = self.axis.low, self.axis.high - self.axis.low, self._rows
        return [rows - round(share * rows) if 0 <= (share := (v - low) / span) <= 1 else self.y(v) for v in values]


def _draw_plots(figure: Figure, area: _Area, store: LineStore) -> None:
    ends: list[tuple[Plot, int, int]] = []
    lined = [p for p in figure.plots if p.line and len(p.series)]
    for plot in lined:
        if figure.raw and figure.weight(plot):
            _draw_line(area, store.line(plot, 0.0, area.scale, area.dots, log_y=figure.log_y), raw_ink(plot.colour))
    for plot in lined:
        line = store.line(plot, figure.weight(plot), area.scale, area.dots, log_y=figure.log_y)
        end = _draw_line(area, line, line_ink(plot.colour))
        if end is not None and plot.letter:
            ends.append((plot, *end))
    for plot in figure.plots:
        if plot.points:
            _draw_points(area, plot, log_y=figure.log_y)
    _put_letters(area, ends)


def _draw_line(area: _Area, line: Line, ink: int) -> tuple[int, int] | None:
    """Draw it; where it ends: column and row of dots."""
    canvas, y_of = area.canvas, area.y
    before: tuple[int, int] | None = (0, y_of(line.entry)) if line.entry is not None else None
    rows = (area.ys(values) for values in (line.first, line.last, line.low, line.high))
    for x, gap, start, stop, bottom, top in zip(line.x, line.gap, *rows, strict=True):
        if before is not None and not gap:
            if x - before[0] > 1:
                canvas.line(before[0], before[1], x, start, ink)
            else:
                beside = _towards(before[1], start)
                top, bottom = min(top, beside), max(bottom, beside)
        canvas.column(x, top, bottom, ink)
        before = (x, stop)
    if line.exit is not None:
        end = (area.dots - 1, y_of(line.exit))
        if before is not None:
            canvas.line(before[0], before[1], *end, ink)
        before = end
    return before


def _towards(y0: int, y1: int) -> int:
    """The dot beside ``y0`` on the way to ``y1``."""
    return y0 + (y1 > y0) - (y1 < y0)


def _draw_points(area: _Area, plot: Plot, *, log_y: bool) -> None:
    x, y = plot.series.x, plot.series.y
    first, last = bisect_left(x, area.scale.low), bisect_right(x, area.scale.high)
    if last - first > area.dots and plot.line:
        return  # the line alone tells more
    for index in range(first, last):
        value = y[index]
        if value - value == 0 and (value > 0 or not log_y):  # finite
            area.canvas.glyph(area.x(x[index]), area.y(value), "◆", line_ink(plot.colour))


def _put_letters(area: _Area, ends: Sequence[tuple[Plot, int, int]]) -> None:
    """Each line's letter right of its end; where two would share a cell, the next free one below or above."""
    taken: set[tuple[int, int]] = set()
    rows = area.canvas.height
    for plot, x, y in ends:
        cell, row = min((x >> 1) + 1, area.canvas.width - 1), max(0, min(rows - 1, y >> 2))
        near = sorted(range(rows), key=lambda r: (abs(r - row), -r))
        row = next((r for r in near if (cell, r) not in taken), row)
        taken.add((cell, row))
        area.canvas.put(cell, row, plot.letter, line_ink(plot.colour))


def _draw_band(figure: Figure, area: _Area) -> tuple[int, int]:
    """Faint lines at the ends of the healthy range, where they are in sight; the rows between them."""
    band = figure.band
    if band is None or not (area.axis.low < band.low < area.axis.high or area.axis.low < band.high < area.axis.high):
        return (0, -1)
    rows = area.canvas.height
    ends = []
    for value in (band.high, band.low):
        y = area.y(value)
        if 0 <= y < area.canvas.dots_y:
            area.canvas.rule(y >> 2, "┈", BAND)
        ends.append(max(0, min(rows - 1, y >> 2)))
    return ends[0], ends[1]


def _mark_line(area: _Area, marks: Sequence[Mark], left: int) -> list[Piece]:
    cells: dict[int, tuple[str, int]] = {}
    room = max(1, area.dots // 2)
    for kind in MarkKind:
        found = {x >> 1 for x in (area.x(m.x) for m in marks if m.kind is kind) if 0 <= x < area.dots}
        glyph = _CROWDED if kind is not MarkKind.BEST and len(found) > room // 3 else kind.value
        cells |= dict.fromkeys(found, (glyph, _MARK_INKS[kind]))
    pieces: list[Piece] = [(" " * (left - 1) + "└", AXIS)]
    at = 0
    for cell in sorted(cells):
        pieces.append(("─" * (cell - at), AXIS))
        pieces.append(cells[cell])
        at = cell + 1
    pieces.append(("─" * (area.canvas.width - at), AXIS))
    return [p for p in pieces if p[0]]


def _x_line(area: _Area, left: int) -> list[Piece]:
    width = area.canvas.width
    row = [" "] * (left + width)
    free = 0
    for x in area.scale.ticks(max(2, width // 12)):
        dot = area.x(x)
        if not 0 <= dot < area.dots:
            continue
        text = area.scale.label(x)
        start = max(left, min(left + (dot >> 1) - len(text) // 2, left + width - len(text)))
        if start >= free and start + len(text) <= len(row):
            row[start : start + len(text)] = text
            free = start + len(text) + 2
    return [("".join(row), AXIS)]


def _notes(figure: Figure, store: LineStore) -> Notes:
    found = sum((store.counts.of(p.key, p.series) for p in figure.plots), Counts())
    return Notes(
        found.nan,
        found.infinite,
        found.not_positive if figure.log_y else 0,
        found.x_not_positive if figure.log_x else 0,
    )


def _beyond(figure: Figure, scale: Scale, axis: Axis) -> int:
    total = 0
    for plot in figure.plots:
        first, last = bisect_left(plot.series.x, scale.low), bisect_right(plot.series.x, scale.high)
        low = axis.low if not figure.log_y else 0.0  # what a logarithmic axis leaves out is told already
        total += outside(plot.series.y[first:last], low, axis.high)
        if figure.log_y:
            total += sum(1 for v in plot.series.y[first:last] if 0 < v < axis.low)
    return total
