"""The editor's panes: which are seen, which has the focus, and how one goes from one to another."""

from __future__ import annotations

from textual import on
from textual.dom import DOMNode
from textual.widget import Widget

from tuiapp.actions import Action, Where
from tuiapp.screens.chooser.sources import Source
from tuiapp.screens.editor.checking import Checking
from tuiapp.screens.editor.places import NARROW, TABS, Place, tab_of
from tuiapp.screens.editor.text import ConfigurationText
from tuiapp.widgets.bars import TabBar
from tuiapp.widgets.form.form_pane import FormPane
from tuiapp.widgets.form.form_view import FormView
from tuiapp.widgets.issue_list import IssueList
from tuner.core.issues import Issue


class Arrangement(Checking):
    """Form and text share one place; where the screen is narrow, all panes do."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.first_text = ""
        """What stood there at first."""
        self.view = Place.FORM
        """Form or text: what the configuration is edited in."""
        self._tab = Place.FORM
        self.machines: dict[str, str | None] = {}
        """Why this machine cannot train on a backend: "" where it can, None while it is looked at."""

    @property
    def narrow(self) -> bool:
        return self.size.width < NARROW

    def on_resize(self) -> None:
        self.place_panes()

    def on_descendant_focus(self) -> None:
        """The form has actions of its own."""
        self.renew_bar()

    @property
    def places(self) -> tuple[Where, ...]:
        own = (Where.FORM,) if isinstance(self.focused, FormPane) else ()
        return (*own, self.WHERE, Where.ANYWHERE)

    @property
    def offered(self) -> tuple[Where, ...]:
        return (Where.FORM, self.WHERE, Where.ANYWHERE)

    def target_of(self, action: Action) -> DOMNode:
        return self.query_one(FormPane) if action.where is Where.FORM else super().target_of(action)

    def place_panes(self) -> None:
        """Show the panes that the width and the view say."""
        if not self.query(IssueList):
            return  # not made yet, or left already
        narrow = self.narrow
        seen = {self._tab} if narrow else {self.view, Place.PREFLIGHT, Place.ISSUES}
        self.set_class(narrow, "-tabs")
        self.query_one(FormView).display = Place.FORM in seen
        self.query_one(ConfigurationText).display = Place.TEXT in seen
        self.query_one("#preflight").display = Place.PREFLIGHT in seen
        self.query_one(IssueList).display = Place.ISSUES in seen
        self.query_one("#edit-left").display = bool(seen & {Place.FORM, Place.TEXT})
        self.query_one("#edit-right").display = bool(seen & {Place.PREFLIGHT, Place.ISSUES})
        tabs = self.query_one(TabBar)
        tabs.display = narrow
        tabs.show(tab_of(self._tab))
        if self.focused_place() not in seen:
            self.set_focus(self._pane(self._tab if narrow else self.view))

    def _pane(self, place: Place) -> Widget:
        return self.query_one(f"#{place}")

    def focused_place(self) -> Place | None:
        """The pane with the focus; a field that is written belongs to the form."""
        focused = self.focused
        names = {p.value for p in Place}
        if focused is None or not focused.display:
            return None
        return Place(focused.id) if focused.id in names else Place.FORM if focused.id == "field" else None

    def go_to(self, place: Place) -> None:
        """Focus a pane; where it is not seen, show it."""
        if place in (Place.FORM, Place.TEXT) and place is not self.view:
            self._change_view(place)
        self._tab = place
        self.place_panes()
        self.set_focus(self._pane(place))  # at once: the next key may have been typed already

    def _change_view(self, view: Place) -> None:
        """From form to text and back, to the same place in the other."""
        text, form = self.query_one(ConfigurationText), self.query_one(FormView)
        if view is Place.TEXT:
            form.finish()  # what is being written counts
            text.take(self.text)
            self._tell_unsettled()
            state = form.pane.field
            if state is not None and state.is_set:
                text.go_to_key(state.keys)
        else:
            form.pane.go_to(text.path_at_cursor())
        self.view = view

    def _tell_unsettled(self) -> None:
        for problem in self.draft.problems:
            self.say("⚠", problem)
        self.draft.problems = []

    @on(TabBar.Picked)
    def _tab_picked(self, event: TabBar.Picked) -> None:
        self.go_to(TABS[event.name])

    # Actions

    def action_view(self) -> None:
        self.go_to(Place.TEXT if self.view is Place.FORM else Place.FORM)

    def action_issues(self) -> None:
        self.go_to(self.view if self.query_one(IssueList).has_focus else Place.ISSUES)

    def action_next_pane(self) -> None:
        self._turn(1)

    def action_previous_pane(self) -> None:
        self._turn(-1)

    def _turn(self, way: int) -> None:
        order = [self.view, Place.PREFLIGHT, Place.ISSUES]
        here = self.focused_place() or self.view
        self.go_to(order[(order.index(here) + way) % len(order)] if here in order else self.view)

    def go_to_issue(self) -> None:
        """To the field of the selected issue, or to its line."""
        issue = self.query_one(IssueList).selected
        if issue is None:
            return
        if self.view is Place.FORM and self.query_one(FormPane).go_to_issue(issue):
            self.go_to(Place.FORM)
        else:
            self._go_to_line(issue)

    def _go_to_line(self, issue: Issue) -> None:
        self.go_to(Place.TEXT)
        self.query_one(ConfigurationText).go_to_line(issue.line or 1)
