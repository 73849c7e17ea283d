"""What the log's pane asks of the screen: workers that read for it, the field below it, the pager."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal
from textual.message import Message

from tuiapp.log_messages import (
    CountWanted,
    FieldWanted,
    PagerWanted,
    PlaceWanted,
    SearchWanted,
    WindowWanted,
)
from tuiapp.messages import Refused
from tuiapp.screens.guarded import guarded
from tuiapp.screens.main.arrangement import PaneArrangement
from tuiapp.screens.main.panes import Pane
from tuiapp.widgets.log_view import LogView

if TYPE_CHECKING:
    from tuiapp.widgets.log_view.field import LogField

_FIELD = "log-field"


class LogActions(PaneArrangement):
    """Each request is answered by messages to the pane, which knows whether it still wants them."""

    @on(CountWanted)
    def _count_wanted(self, event: CountWanted) -> None:
        from tuiapp.screens.reading import log_jobs

        view = self.query_one(LogView)
        self._for_log(lambda: log_jobs.count(event, view.post_message, lambda: view.shows(event.log)))

    @on(WindowWanted)
    def _window_wanted(self, event: WindowWanted) -> None:
        from tuiapp.screens.reading import log_jobs

        view = self.query_one(LogView)
        self._for_log(lambda: log_jobs.read_window(event, view.post_message))

    @on(SearchWanted)
    def _search_wanted(self, event: SearchWanted) -> None:
        from tuiapp.screens.reading import log_jobs

        view = self.query_one(LogView)
        self._for_log(lambda: log_jobs.search(event, view.post_message))

    @on(PlaceWanted)
    def _place_wanted(self, event: PlaceWanted) -> None:
        from tuiapp.screens.reading import log_jobs

        view = self.query_one(LogView)
        self._for_log(lambda: log_jobs.find(event, view.post_message))

    @work(thread=True, group="log", exit_on_error=False)
    def _for_log(self, job: Callable[[], None]) -> None:
        def act() -> list[Message]:
            job()  # posts by itself, as it goes
            return []

        guarded(self.post_message, "reading the log", act)

    # The field

    @on(FieldWanted)
    def _field_wanted(self, event: FieldWanted) -> None:
        from tuiapp.widgets.log_view.field import LogField

        self.go_to(Pane.LOG)
        field = self._log_field()
        if field is None:
            field = LogField(id=_FIELD)
            self.query_one("#bottom", Horizontal).mount(field)
        field.display = True
        field.begin(event.ask, event.text)
        self.call_after_refresh(field.focus)

    def on_log_field_entered(self, event: LogField.Entered) -> None:
        problem = self.query_one(LogView).begin(event.ask, event.text)
        field = self._log_field()
        if problem and field is not None:
            field.tell(problem)
        else:
            self.on_log_field_left()

    def on_log_field_left(self) -> None:
        field = self._log_field()
        if field is not None:
            field.display = False
        self.go_to(Pane.LOG)

    def _log_field(self) -> LogField | None:
        from tuiapp.widgets.log_view.field import LogField

        found = self.query(LogField)
        return found.first() if found else None

    # The pager

    @on(PagerWanted)
    def _pager_wanted(self, event: PagerWanted) -> None:
        from textual.app import SuspendNotSupported

        from tuiapp.screens.pager import show_in_pager

        try:
            with self.app.suspend():
                problem = show_in_pager(event.path, event.line)
        except SuspendNotSupported:
            problem = "this terminal cannot be lent to a pager"
        if problem:
            self.post_message(Refused(problem, f"the log is {event.path}"))
        self.refresh()
