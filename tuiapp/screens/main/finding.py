"""Finding runs: the query field below the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.dom import DOMNode

from tuiapp.actions import Action, Where
from tuiapp.screens.main.panes import Pane
from tuiapp.screens.main.run_actions import RunActions
from tuiapp.widgets.run_table.table import RunTable

if TYPE_CHECKING:
    from tuiapp.widgets.run_table.query_field import QueryField

_SECTION = "queries"
_SOON = 0.05
"""Seconds after which the field has been drawn, and nobody has typed yet."""


class Finding(RunActions):
    """The field is made when it is first asked for: the first paint need not wait for it."""

    def target_of(self, action: Action) -> DOMNode:
        return self._query_field() or self if action.where is Where.QUERY else super().target_of(action)

    def action_find(self) -> None:
        if self._refuses("run.find"):
            return
        self.go_to(Pane.RUNS)
        field = self._query_field()
        if field is None:
            from tuiapp.widgets.run_table.query_field import QueryField

            kept = self.tuner.session.read(_SECTION).get("history")
            field = QueryField([t for t in kept if isinstance(t, str)] if isinstance(kept, list) else [], id="find")
            self.query_one("#left", Vertical).mount(field)
        field.display = True
        field.begin(self.query_one(RunTable).query_text)
        field.tell(self.query_one(RunTable).problems)
        self.call_after_refresh(field.focus)
        self.set_timer(_SOON, self.query_one(RunTable).expect_query)

    def action_leave(self) -> None:
        """End the search; where there is none, leave the zoom."""
        if not self.end_finding() and self.has_class("-zoomed"):
            self.call_later(self.do, "pane.zoom")

    def end_finding(self) -> bool:
        """Show all runs again; False where all are shown already."""
        field, table = self._query_field(), self.query_one(RunTable)
        asking = field is not None and field.display
        if not asking and not table.query_text:
            return False
        if field is not None:
            field.display = False
        table.settle()
        table.apply_query("")
        self.go_to(Pane.RUNS)
        return True

    def on_query_field_asked(self, event: QueryField.Asked) -> None:
        table, field = self.query_one(RunTable), self._query_field()
        if field is None or not field.display:
            return
        table.apply_query(event.text)
        field.tell(table.problems)
        if event.done:
            self.tuner.session.keep(_SECTION, {"history": field.history})
            field.display = False
            self.go_to(Pane.RUNS)

    def _query_field(self) -> QueryField | None:
        found = self.query("#find")
        if not found:
            return None
        from tuiapp.widgets.run_table.query_field import QueryField

        field = found.first()
        assert isinstance(field, QueryField)  # the only one of that id
        return field

    @on(RunTable.MarksChanged)
    def _marks_changed(self) -> None:
        self.renew_bar()
