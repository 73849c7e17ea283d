"""The chart as a widget: the figure is drawn when it changed, and only lines that differ go to the terminal."""

from __future__ import annotations

from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tuiapp.widgets.chart.figure import AXIS, BEST, FIRST_PLOT, MARK, Figure, Piece, draw
from tuiapp.widgets.ink import Ink, ink_of
from tuiapp.widgets.strips import base_of, line

_LINE, _POINT = "━", "◆"
_BRIEF = 50
"""Cells below which the legend is short."""
_COLOURS = ("$primary", "$accent", "$secondary")


class Chart(Widget):
    """Title and legend in the border. Parked while it is hidden: a hidden chart draws nothing."""

    DEFAULT_CSS = """
    Chart {
        border: round $border-blurred;
        border-title-color: $foreground 70%;
        padding: 0 1;
        width: 1fr;
        height: 1fr;
    }
    """

    def __init__(self, *, id: str | None = None, empty: str = "") -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._figure = Figure()
        self._lines: list[list[Piece]] = []
        self._empty = empty

    def show(self, figure: Figure, empty: str | None = None) -> None:
        """Show this figure; ``empty`` is said where it has no point."""
        if empty is not None and empty != self._empty:
            self._empty = empty
            self.refresh()
        if figure == self._figure:
            return
        self._figure = figure
        self._entitle()
        self._draw()

    def on_resize(self) -> None:
        self._entitle()
        self._draw()

    def _entitle(self) -> None:
        parts: list[tuple[str, str]] = []
        for index, plot in enumerate(self._figure.plots):
            glyph = _LINE if plot.line and not plot.points else _POINT
            parts += [(f"{glyph} ", _COLOURS[index % len(_COLOURS)]), (f"{plot.label}  ", "")]
        brief = self.content_size.width < _BRIEF
        if any(self._figure.marks.values()):
            parts += [("★ ", "$accent"), ("best  ", "")]
        if any(not best for best in self._figure.marks.values()):
            parts += [("▲ ", "$foreground 60%"), ("saved" if brief else "checkpoint", "")]
        title = Content.assemble(*parts).rstrip()
        if title != self._border_title:
            self.border_title = title if parts else None

    def _draw(self) -> None:
        if not self.is_attached or self.content_size.width == 0:
            return
        lines = draw(self._figure, self.content_size.width, self.content_size.height)
        before, self._lines = self._lines, lines
        if len(lines) != len(before):
            self.refresh()
            return
        width = self.content_size.width
        changed = [Region(0, y, width, 1) for y, (a, b) in enumerate(zip(lines, before, strict=True)) if a != b]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        ink, base = ink_of(self.app), base_of(self)
        width, height = self.content_size.width, self.content_size.height
        if y < len(self._lines):
            return line(((text, _style(number, ink)) for text, number in self._lines[y]), width, base)
        if not self._lines and y == height // 2 and self._empty:
            return line([(self._empty.center(width), ink.muted)], width, base)
        return Strip.blank(width, base)


def _style(number: int, ink: Ink) -> Style:
    if number == AXIS:
        return ink.faint
    if number in {MARK, BEST}:
        return ink.accent if number == BEST else ink.muted
    return (ink.primary, ink.accent, ink.secondary)[(number - FIRST_PLOT) % 3]
