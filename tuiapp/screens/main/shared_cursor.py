"""One value cursor for charts, checkpoint table and log: moved in one of them, it stands on the same step in all."""

from __future__ import annotations

from textual import on
from textual.timer import Timer

from tuiapp.screens.main.arrangement import PaneArrangement
from tuiapp.screens.main.watch_pane import WatchPane
from tuiapp.widgets.checkpoint_table import CheckpointTable
from tuiapp.widgets.log_view import LogView
from tuiapp.widgets.pane import CursorPane

_SETTLED = 0.2
"""Seconds that the cursor stands still before the log is searched for its step."""


class SharedCursor(PaneArrangement):
    """Whoever was moved by a person tells; the others follow and tell nobody."""

    def __init__(self) -> None:
        super().__init__()
        self._log_waits: Timer | None = None

    @on(WatchPane.CursorMoved)
    def _chart_cursor_moved(self, event: WatchPane.CursorMoved) -> None:
        self.query_one(CheckpointTable).show_step(event.step)
        self._show_in_log(event.step)

    @on(CursorPane.Moved, "#checkpoints")
    def _checkpoint_cursor_moved(self) -> None:
        row = self.query_one(CheckpointTable).selected
        if row is None:
            return
        charts = self.query_one(WatchPane)
        step = charts.last_step if row.is_final else row.step
        charts.set_cursor(step)
        self._show_in_log(step)

    @on(LogView.CursorMoved)
    def _log_cursor_moved(self, event: LogView.CursorMoved) -> None:
        if event.step is not None:
            self.query_one(WatchPane).set_cursor(event.step)
            self.query_one(CheckpointTable).show_step(event.step)

    def _show_in_log(self, step: int | None) -> None:
        """A key held down passes many steps; the log is searched for the one it stops at."""
        if self._log_waits is not None:
            self._log_waits.stop()
        if step is not None:
            log = self.query_one(LogView)
            self._log_waits = self.set_timer(_SETTLED, lambda: log.go_to_step(step))
