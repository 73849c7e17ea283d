"""A table whose first column stands still while the runs beside it are scrolled."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.events import Click, MouseScrollDown, MouseScrollLeft, MouseScrollRight, MouseScrollUp

from tuiapp.actions import Where
from tuiapp.screens.compare.cells import TableRow
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.strips import Part, clip, fit, spread

_GAP = 2
_WIDEST_LABEL, _WIDEST = 40, 36
"""Cells of the fixed column and of a run's column, at most."""


class CompareTable(CursorPane, inherit_bindings=False):
    """One column a run. Runs out of sight are told by ◂ and ▸ in the head; a click there goes on."""

    DEFAULT_CSS = """
    CompareTable { height: 1fr; }
    """
    BINDINGS = bindings_for(Where.LIST)  # what a scroll view binds itself would take ← and → from the screen

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.rows: Sequence[TableRow] = ()
        self.first = 0
        """The run in the leftmost column that scrolls."""
        self._names: Sequence[str] = ()
        self._below = ""
        self._widths: list[int] = []
        self._empty = "reading…"

    def show(self, names: Sequence[str], rows: Sequence[TableRow], empty: str, *, below: str = "") -> None:
        """Show these rows under the runs' names; ``below`` stands under each name, ``empty`` where there is no row."""
        self._names, self.rows, self._empty, self._below = names, rows, empty, below
        self._widths = [
            max(12, min(_WIDEST, max([cell_len(name) + 2, cell_len(below), *(_width(r, i) for r in rows)])))
            for i, name in enumerate(names)
        ]
        self.cursor = min(self.cursor, max(0, len(rows) - 1))
        self.set_count(len(rows))

    @property
    def head(self) -> int:
        return (2 if self._below else 1) if self.rows else 0

    def head_parts(self, index: int, width: int) -> list[Part]:
        ink, fixed = self.ink, self._fixed(width)
        seen = self._seen(width)
        before = "◂" if self.first else ""
        after = "▸" if seen and seen[-1] < len(self._names) - 1 else ""
        if index == 1:
            return [(" " * fixed, ink.muted), *((fit(self._below, self._widths[i] + _GAP), ink.faint) for i in seen)]
        parts: list[Part] = [(fit(before, fixed - _GAP, right=True) + " " * _GAP, ink.primary)]
        for i in seen:
            style = ink.strong if i else ink.primary
            parts.append((fit(f"  {self._names[i]}", self._widths[i]) + " " * _GAP, style))
        return spread(parts, [(after, ink.primary)] if after else [], width)

    def row_parts(self, index: int, width: int) -> list[Part]:
        row, ink, fixed = self.rows[index], self.ink, self._fixed(width)
        parts: list[Part] = [(fit(row.label, fixed - _GAP) + " " * _GAP, ink.strong)]
        for i in self._seen(width):
            cell = clip([(text, tone.style(ink)) for text, tone in row.cells[i]], self._widths[i])
            blank = self._widths[i] + _GAP - sum(cell_len(text) for text, _ in cell)
            parts += [*cell, (" " * blank, ink.text)]
        return clip(parts, width)

    def empty_parts(self) -> list[list[Part]]:
        return [[(self._empty, self.ink.muted)]]

    def scroll_runs(self, by: int) -> None:
        """Go so many runs to the right; as far as there is something that is not in sight."""
        width = self.scrollable_content_region.width
        last = len(self._names) - 1
        while by > 0 and (seen := self._seen(width)) and seen[-1] < last:
            self.first, by = self.first + 1, by - 1
        if by < 0:
            self.first = max(0, self.first + by)
        self.refresh()

    def head_clicked(self, x: int) -> None:
        width = self.scrollable_content_region.width
        if x < self._fixed(width):
            self.scroll_runs(-1)
        elif x >= width - 2:
            self.scroll_runs(1)

    def on_click(self, event: Click) -> None:
        super().on_click(event)
        event.stop()

    def on_mouse_scroll_right(self, event: MouseScrollRight) -> None:
        self._wheel(event, 1)

    def on_mouse_scroll_left(self, event: MouseScrollLeft) -> None:
        self._wheel(event, -1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        if event.shift or event.ctrl:
            self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        if event.shift or event.ctrl:
            self._wheel(event, -1)

    def _wheel(self, event: MouseScrollDown | MouseScrollUp | MouseScrollLeft | MouseScrollRight, by: int) -> None:
        event.prevent_default()
        event.stop()
        self.scroll_runs(by)

    def _fixed(self, width: int) -> int:
        """Cells of the first column, its gap included."""
        longest = max((cell_len(row.label) for row in self.rows), default=0)
        return min(longest, _WIDEST_LABEL, max(14, width * 2 // 5)) + _GAP

    def _seen(self, width: int) -> list[int]:
        """The runs whose columns fit; one always does, cut where it must be."""
        room = width - self._fixed(width)
        seen: list[int] = []
        for i in range(self.first, len(self._names)):
            if seen and room < self._widths[i]:
                break
            seen.append(i)
            room -= self._widths[i] + _GAP
        return seen


def _width(row: TableRow, index: int) -> int:
    return sum(cell_len(text) for text, _ in row.cells[index])
