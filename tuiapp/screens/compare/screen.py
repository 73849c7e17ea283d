"""The difference of several runs: settings above, metrics below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.events import DescendantFocus
from textual.message import Message

from tuiapp.actions import Where
from tuiapp.messages import Exported, Refused
from tuiapp.screens.base import ActingScreen
from tuiapp.screens.compare.cells import METRIC_HEAD, metric_rows, setting_rows
from tuiapp.screens.compare.export import ExportScreen
from tuiapp.screens.compare.table import CompareTable
from tuiapp.screens.guarded import guarded
from tuiapp.widgets.bars import ActionBar, StatusLine, TopBar
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.wording import size
from tuner.runs.compare import Comparison
from tuner.runs.text_tail import inert

_LOW = 26
"""Rows of the screen below which only the table in use is shown."""


@dataclass(eq=False, repr=False)
class ComparisonRead(Message):
    """Several runs, held against the first of them."""

    comparison: Comparison


class CompareScreen(ActingScreen[None]):
    """The first of the runs is what the others are held against."""

    WHERE = Where.COMPARE
    BINDINGS = bindings_for(Where.COMPARE, Where.ANYWHERE)

    def __init__(self, run_ids: Sequence[str]) -> None:
        super().__init__()
        self.run_ids = list(run_ids)
        self.comparison: Comparison | None = None
        self._everything = False
        self._used = "settings"

    def compose(self) -> ComposeResult:
        yield TopBar(self.tuner.surroundings.place, "Compare")
        yield CompareTable(id="settings")
        yield CompareTable(id="metrics")
        yield StatusLine(id="status")
        yield ActionBar()

    def opened(self) -> None:
        self.query_one("#settings").border_title = "Settings"
        self.query_one("#metrics").border_title = "Metrics"
        self.query_one("#settings").focus()
        self.renew_bar()
        self.action_refresh_all()

    def on_resize(self) -> None:
        self._place()

    @work(thread=True, exclusive=True, group="comparing", exit_on_error=False)
    def action_refresh_all(self) -> None:
        def act() -> list[Message]:
            from tuiapp.handlers.compare import CompareHandler

            return [ComparisonRead(CompareHandler(self.tuner.services.context()).compare(self.run_ids))]

        guarded(self.post_message, "comparing the runs", act)

    @on(ComparisonRead)
    def _read(self, event: ComparisonRead) -> None:
        self.comparison = event.comparison
        self._show()

    @on(Refused)
    def _comparing_refused(self) -> None:
        if self.comparison is None:
            for table in self.query(CompareTable):
                table.show([], [], "nothing could be compared; Esc goes back")

    def _show(self) -> None:
        found = self.comparison
        if found is None:
            return
        names = [inert(run.label) for run in found.runs]
        differing = len(found.differences())
        settings, metrics = self.query_one("#settings", CompareTable), self.query_one("#metrics", CompareTable)
        settings.show(
            names,
            setting_rows(found, everything=self._everything),
            "the settings are the same; a shows them" if found.configuration else "no run tells its settings",
        )
        metrics.show(names, metric_rows(found), "no run has metrics", below=METRIC_HEAD)
        which = "all" if self._everything else "those that differ"
        settings.set_title(f"Settings · {which}", f"{differing} of {len(found.configuration)} differ")
        metrics.set_title("Metrics", f"{len(found.metrics)} metrics")

    # Tables

    def action_other_table(self) -> None:
        self._used = "settings" if self._used == "metrics" else "metrics"
        self._place()
        self.query_one(f"#{self._used}").focus()

    def action_all(self) -> None:
        self._everything = not self._everything
        self._show()

    def action_right(self) -> None:
        self._scroll(1)

    def action_left(self) -> None:
        self._scroll(-1)

    def action_back(self) -> None:
        self.dismiss(None)

    def _scroll(self, by: int) -> None:
        """Both tables, so that a run stands below itself where their columns are alike."""
        for table in self.query(CompareTable):
            table.scroll_runs(by)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """A click, too, says which table is used."""
        if isinstance(event.widget, CompareTable) and event.widget.id:
            self._used = event.widget.id

    def _place(self) -> None:
        low = self.size.height < _LOW
        for table in self.query(CompareTable):
            table.display = not low or table.id == self._used

    # Exporting

    def action_export(self) -> None:
        self._ask_where("csv")

    def action_picture(self) -> None:
        self._ask_where("png")

    def _ask_where(self, suffix: str) -> None:
        labels = [run.label for run in self.comparison.runs] if self.comparison is not None else self.run_ids

        def done(exported: Exported | None) -> None:
            if exported is not None:
                self.say("✓", f"wrote {inert(str(exported.path))} ({size(exported.bytes)})")

        self.app.push_screen(ExportScreen(self.run_ids, labels, suffix), done)
