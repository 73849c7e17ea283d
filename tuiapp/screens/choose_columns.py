"""Which columns the run table has, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from tuiapp.actions import Where
from tuiapp.screens.base import ActingModal
from tuiapp.widgets.bars import ActionBar
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.run_table.columns import COLUMNS, DEFAULT
from tuiapp.widgets.strips import Part, spread


class ColumnList(CursorPane):
    """All columns: the shown ones first, in their order."""

    def __init__(self, shown: Sequence[str]) -> None:
        super().__init__(id="columns")
        self._order: list[str] = []
        self._shown: set[str] = set()
        self.show(shown)

    @property
    def chosen(self) -> list[str]:
        """The ids of the shown columns, in their order."""
        return [i for i in self._order if i in self._shown]

    def show(self, shown: Sequence[str]) -> None:
        """Begin from these."""
        self._order = [*shown, *(i for i in COLUMNS if i not in shown)]
        self._shown = set(shown)

    def on_mount(self) -> None:
        self.border_title = "Columns"
        self.set_count(len(self._order))

    def toggle(self) -> None:
        self._shown ^= {self._order[self.cursor]}
        self.refresh_row(self.cursor)

    def move_column(self, way: int) -> None:
        """Move the column under the cursor by one."""
        there = self.cursor + way
        if 0 <= there < len(self._order):
            self._order[self.cursor], self._order[there] = self._order[there], self._order[self.cursor]
            self.move_to(there)

    def row_parts(self, index: int, width: int) -> list[Part]:
        column, ink = COLUMNS[self._order[index]], self.ink
        shown = column.id in self._shown
        left: list[Part] = [
            ("[x] " if shown else "[ ] ", ink.good if shown else ink.muted),
            (column.title, ink.text if shown else ink.muted),
        ]
        return spread(left, [(column.id, ink.faint)] if column.id != column.title else [], width)


class ColumnsScreen(ActingModal[list[str]]):
    """The ids of the columns to show, or None where it was left."""

    WHERE = Where.COLUMNS
    BINDINGS = bindings_for(Where.COLUMNS)
    DEFAULT_CSS = """
    ColumnsScreen #dialog { width: 66; max-width: 100%; height: 25; max-height: 96%; background: $background; }
    ColumnsScreen ColumnList { height: 1fr; }
    """

    def __init__(self, shown: Sequence[str]) -> None:
        super().__init__()
        self._first = shown

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield ColumnList(self._first)
            yield ActionBar()

    def opened(self) -> None:
        self.query_one(ColumnList).focus()
        self.renew_bar()

    def action_switch(self) -> None:
        self.query_one(ColumnList).toggle()

    def action_earlier(self) -> None:
        self.query_one(ColumnList).move_column(-1)

    def action_later(self) -> None:
        self.query_one(ColumnList).move_column(1)

    def action_reset(self) -> None:
        columns = self.query_one(ColumnList)
        columns.show(DEFAULT)
        columns.set_count(len(COLUMNS))

    @on(CursorPane.Chosen, "#columns")
    def action_done(self) -> None:
        self.dismiss(self.query_one(ColumnList).chosen)

    def action_back(self) -> None:
        self.dismiss(None)
