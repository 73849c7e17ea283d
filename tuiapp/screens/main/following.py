"""The one run that is watched, and those drawn over it: threads read them, their messages fill the panes."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on, work

from tuiapp.messages import (
    CheckpointsChanged,
    CheckpointsRanked,
    ConfigurationRead,
    LogRead,
    MetricsRead,
    OverlayRead,
)
from tuiapp.screens.guarded import guarded
from tuiapp.screens.main.adopt_actions import AdoptActions
from tuiapp.screens.main.chart_actions import ChartActions
from tuiapp.screens.main.compare_actions import CompareActions
from tuiapp.screens.main.fix_actions import FixActions
from tuiapp.screens.main.log_actions import LogActions
from tuiapp.screens.main.shared_cursor import SharedCursor
from tuiapp.screens.main.table_actions import TableActions
from tuiapp.screens.main.watch_pane import WatchPane
from tuiapp.screens.reading.observer import Observer
from tuiapp.widgets.bars import StatusLine
from tuiapp.widgets.checkpoint_table import NONE_SAVED, NONE_YET, CheckpointTable
from tuiapp.widgets.config_view import ConfigView
from tuiapp.widgets.log_view import LogView
from tuner.runs.summary import RunSummary

_PARTS = (MetricsRead, LogRead, ConfigurationRead, CheckpointsRanked)
"""What is read of the selected run."""
_READING, _NO_RUN = "reading…", "no run is selected"
_PATIENCE = 0.15
"""Seconds after which a selected run that is still being read is said to be."""


class Following(SharedCursor, TableActions, ChartActions, LogActions, AdoptActions, FixActions, CompareActions):
    """Holds which run is watched; what is read of another one is not shown."""

    def __init__(self, observer: Observer) -> None:
        super().__init__()
        self.observer = observer
        self._watched: str | None = None
        self._unread: set[type] = set(_PARTS)
        self._newest_row: float | None = None
        self._latest: dict[str, float | None] = {}

    def _tell_headline(self) -> None:
        """Say in the headline how the watched run stands."""
        raise NotImplementedError

    @property
    def is_read(self) -> bool:
        """Whether everything of the selected run is shown."""
        return not self._unread

    @work(thread=True, exclusive=True, group="following", exit_on_error=False)
    def _follow(self, run_id: str | None) -> None:
        def still() -> bool:
            return run_id == self._watched

        guarded(self.post_message, "reading the run", lambda: self.observer.watch(run_id, still))

    @work(thread=True, exclusive=True, group="ranking", exit_on_error=False)
    def _rank(self, run: RunSummary) -> None:
        from tuiapp.handlers.checkpoint_rows import read_rows

        run_dir = run.path
        guarded(self.post_message, "reading the checkpoints", lambda: [CheckpointsRanked(run.id, read_rows(run_dir))])

    @work(thread=True, exclusive=True, group="overlaying", exit_on_error=False)
    def _read_overlay(self, run_ids: Sequence[str]) -> None:
        guarded(self.post_message, "reading the marked runs", lambda: self.observer.overlay(run_ids))

    def _watch(self, run_id: str | None) -> None:
        if run_id is None:
            self._unread = set(_PARTS)
            self._clear(_NO_RUN)
        if run_id == self._watched:
            return
        self._watched, self._newest_row, self._latest = run_id, None, {}
        self._unread = set(_PARTS)
        self._tell_headline()
        self.renew_bar()
        if run_id is not None:
            self.set_timer(_PATIENCE, lambda: self._clear(_READING) if run_id == self._watched else None)
        self._follow(run_id)

    def _clear(self, text: str) -> None:
        """Empty the panes that still show another run; they say ``text`` instead."""
        if MetricsRead in self._unread:
            self.query_one(WatchPane).clear(text)
        if LogRead in self._unread:
            self.query_one(LogView).clear(text)
            self.query_one("#log-line", StatusLine).say("", "")
        if ConfigurationRead in self._unread:
            self.query_one(ConfigView).show_text("", empty=text)
        if CheckpointsRanked in self._unread:
            self.query_one(CheckpointTable).show_rows([], empty=text)
            self.query_one(WatchPane).show_marks([])

    # What threads tell

    @on(MetricsRead)
    def _metrics_read(self, event: MetricsRead) -> None:
        if self._is_watched(event.run_id, MetricsRead):
            self._newest_row, self._latest = event.view.newest_timestamp, event.view.latest()
            run = self.run
            self.query_one(WatchPane).show_view(
                event.view, live=run is not None and run.is_live, run_id=event.run_id, label=run.name if run else ""
            )
            self._tell_headline()
            if event.skipped:
                self.say("⚠", f"{event.skipped} lines of the metrics are not rows and were left out")

    @on(LogRead)
    def _log_read(self, event: LogRead) -> None:
        if self._is_watched(event.run_id, LogRead):
            view = self.query_one(LogView)
            view.show_log(event)
            self.query_one("#log-line", StatusLine).say("", view.last_line)

    @on(ConfigurationRead)
    def _configuration_read(self, event: ConfigurationRead) -> None:
        if self._is_watched(event.run_id, ConfigurationRead):
            self.query_one(ConfigView).show_text(event.text, name=event.name)

    @on(CheckpointsChanged)
    def _checkpoints_changed(self, event: CheckpointsChanged) -> None:
        if event.run_id == self._watched and self.run is not None:
            self._rank(self.run)

    @on(CheckpointsRanked)
    def _checkpoints_ranked(self, event: CheckpointsRanked) -> None:
        if self._is_watched(event.run_id, CheckpointsRanked):
            ended = self.run is not None and not self.run.is_live
            self.query_one(CheckpointTable).show_rows(event.rows, empty=NONE_SAVED if ended else NONE_YET)
            self.query_one(WatchPane).show_marks(event.rows)
            self.renew_bar()

    def show_overlay(self, run_ids: Sequence[str]) -> None:
        self._read_overlay(run_ids)

    @on(OverlayRead)
    def _overlay_read(self, event: OverlayRead) -> None:
        if self.overlaid or not event.runs:  # or the overlay was taken away while it was read
            self.query_one(WatchPane).show_overlay(event.runs)

    def _is_watched(self, run_id: str, part: type) -> bool:
        if run_id != self._watched:
            return False
        self._unread.discard(part)
        return True
