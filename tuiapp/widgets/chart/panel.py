"""One chart of a grid: its lines as they were drawn last, and what is laid over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.style import Style

from tuiapp.widgets.chart.canvas import Piece
from tuiapp.widgets.chart.drawing import draw
from tuiapp.widgets.chart.figure import Drawing, Figure
from tuiapp.widgets.chart.grid_places import Place
from tuiapp.widgets.chart.legend import legend
from tuiapp.widgets.chart.line_store import LineStore
from tuiapp.widgets.chart.styles import ChartStyles
from tuiapp.widgets.strips import Part, clip, width_of

_LAYS_OVER = {" ": "│", "─": "┼"}
"""What the cursor makes of a cell: it is seen without colour, too."""


_NEAR = 12
"""Cells that are alike and sent nevertheless, where leaving them out would cost as many bytes."""


class Span(NamedTuple):
    """Cells of a line, from start to before stop."""

    y: int
    start: int
    stop: int


class Panel:
    """Line 0 is the legend, the last two are the axis and its labels."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.figure = Figure()
        self.drawing = Drawing()
        self._legend: list[Part] = []

    def show(self, figure: Figure, store: LineStore, place: Place) -> list[Span]:
        """Draw the figure; the cells that differ from what was there."""
        before, moved = self.drawing, place != self.place
        self.figure, self.place = figure, place
        self.drawing = draw(figure, place.width, place.height - 1, store)
        if moved or len(before.lines) != len(self.drawing.lines) or before.shaded != self.drawing.shaded:
            return [Span(y, 0, place.width) for y in range(1, place.height)]
        spans: list[Span] = []
        for y, (old, new) in enumerate(zip(before.lines, self.drawing.lines, strict=True), 1):
            if old != new:
                spans += differing(y, old, new)
        return spans

    def entitle(self, store: LineStore, styles: ChartStyles, at: float | None, marker: str) -> bool:
        """Make the legend; whether it reads differently."""
        made = legend(self.figure, self.drawing.notes, store, styles, self.place.width, at, marker)
        if made == self._legend:
            return False
        self._legend = made
        return True

    def cell_of(self, x: float | None) -> int | None:
        """The cell that an x stands in; None where it is out of sight."""
        scale = self.drawing.scale
        if x is None or scale is None or not self.drawing.lines:
            return None
        dot = scale.dot(x, self.drawing.dots)
        return self.drawing.left + (dot >> 1) if 0 <= dot < self.drawing.dots else None

    def x_at(self, cell: int) -> float | None:
        """The x in the middle of a cell; the nearest end where the cell is beside the plot."""
        scale = self.drawing.scale
        if scale is None or not self.drawing.lines:
            return None
        share = ((cell - self.drawing.left) * 2 + 1) / self.drawing.dots
        return scale.at(max(0.0, min(1.0, share)))

    def parts(
        self, y: int, styles: ChartStyles, at: float | None, selected: tuple[int, int] | None, empty: str
    ) -> list[Part]:
        """A line, with the cursor at x and the cells ``selected`` laid over it."""
        if y == 0:
            return self._legend
        lines = self.drawing.lines
        if not lines:
            said = clip([(empty, styles.muted)], self.place.width) if y == self.place.height // 2 else []
            room = self.place.width - width_of(said)
            return [(" " * (room // 2), styles.muted), *said, (" " * (room - room // 2), styles.muted)]
        parts = [(text, styles.of(ink)) for text, ink in lines[y - 1]]
        if self.drawing.shaded[0] <= y - 1 <= self.drawing.shaded[1]:
            parts = laid_over(parts, self.drawing.left, self.place.width, styles.shade)
        if selected is not None and y <= len(lines) - 2:
            parts = laid_over(parts, selected[0], selected[1] + 1, styles.selection)
        cell = self.cell_of(at)
        if cell is None or at is None:
            return parts
        if y < len(lines):
            return laid_over(parts, cell, cell + 1, styles.cursor, _LAYS_OVER)
        scale = self.drawing.scale
        assert scale is not None  # or nothing had been drawn
        text = f" {scale.exact(at)} "[: self.place.width]
        start = max(0, min(cell - len(text) // 2, self.place.width - len(text)))
        label = (text, styles.strong + styles.cursor)
        return [
            *((_without_last_word(t), s) for t, s in _cut(parts, 0, start)),
            label,
            *((_without_first_word(t), s) for t, s in _cut(parts, start + len(text), None)),
        ]


def differing(y: int, old: Sequence[Piece], new: Sequence[Piece]) -> list[Span]:
    """Where two lines of pieces differ for the eye: a blank has no ink."""
    spans: list[Span] = []
    for x, (before, after) in enumerate(zip(_cells(old), _cells(new), strict=True)):
        if before != after and (before[0] != " " or after[0] != " "):
            if spans and x - spans[-1].stop <= _NEAR:
                spans[-1] = Span(y, spans[-1].start, x + 1)
            else:
                spans.append(Span(y, x, x + 1))
    return spans


def _cells(pieces: Sequence[Piece]) -> Iterator[tuple[str, int]]:
    for text, ink in pieces:
        for char in text:
            yield char, ink


def _without_last_word(text: str) -> str:
    """A word at the very end is blank: what remains of a number would be another number."""
    kept = text[: text.rfind(" ") + 1]
    return kept + " " * (len(text) - len(kept))


def _without_first_word(text: str) -> str:
    """The same at the beginning."""
    found = text.find(" ")
    kept = text[found:] if found >= 0 else ""
    return " " * (len(text) - len(kept)) + kept


def laid_over(
    parts: Sequence[Part], start: int, stop: int, style: Style, instead: dict[str, str] | None = None
) -> list[Part]:
    """The parts with a style laid over the cells from start to stop; every character is one cell wide."""
    middle = _cut(parts, start, stop)
    changed = [((instead or {}).get(text, text), under + style) for text, under in middle]
    return [*_cut(parts, 0, start), *changed, *_cut(parts, stop, None)]


def _cut(parts: Sequence[Part], start: int, stop: int | None) -> list[Part]:
    made: list[Part] = []
    left = 0
    for text, style in parts:
        kept = text[max(0, start - left) : None if stop is None else max(0, stop - left)]
        if kept:
            made.append((kept, style))
        left += len(text)
    return made
