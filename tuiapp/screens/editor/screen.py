"""A configuration edited in a form or as its text, with what the run would take beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import TextArea

from tuiapp.actions import Where
from tuiapp.messages import PlanMade, Refused
from tuiapp.screens.chooser.sources import Source
from tuiapp.screens.editor.arrangement import Arrangement
from tuiapp.screens.editor.messages import EnvironmentRead, FormRead, SourceRead
from tuiapp.screens.editor.places import TABS, Place
from tuiapp.screens.editor.text import ConfigurationText
from tuiapp.screens.editor.verdict import verdict
from tuiapp.widgets.bars import ActionBar, StatusLine, TabBar, TopBar
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.form.form_view import FormView
from tuiapp.widgets.issue_list import IssueList
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.preflight.lines import Known
from tuiapp.widgets.preflight.pane import PreflightPane
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.form import FieldState


class EditorScreen(Arrangement):
    """Ends with the id of the run that was started, or None."""

    WHERE = Where.EDITOR
    BINDINGS = bindings_for(Where.EDITOR, Where.ANYWHERE)
    DEFAULT_CSS = """
    EditorScreen #edit { height: 1fr; layout: horizontal; }
    EditorScreen #edit-left { width: 6fr; height: 1fr; }
    EditorScreen #edit-right { width: 5fr; height: 1fr; }
    EditorScreen #preflight { height: 3fr; }
    EditorScreen IssueList { height: 2fr; }
    EditorScreen.-tabs #edit-left, EditorScreen.-tabs #edit-right { width: 1fr; }
    EditorScreen.-tabs #preflight, EditorScreen.-tabs IssueList { height: 1fr; }
    EditorScreen.-tabs FieldHelp { height: 6; }
    EditorScreen.-tabs #status.-silent { display: none; }
    """

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._known = Known(origin=source.title)

    def compose(self) -> ComposeResult:
        yield TopBar(self.tuner.surroundings.place, "New run")
        yield TabBar(list(TABS))
        with Container(id="edit"):
            with Container(id="edit-left"):
                yield FormView(self.source.title, self, id="form-view")
                yield ConfigurationText(self.source.title)
            with Vertical(id="edit-right"):
                yield PreflightPane(id="preflight")
                yield IssueList(id="issues")
        yield StatusLine(id="verdict")
        yield StatusLine(id="status")
        yield ActionBar()

    def opened(self) -> None:
        self._known = replace(self._known, disk_free=self.tuner.surroundings.disk_free())
        self.place_panes()
        self.go_to(Place.FORM)
        self.read()

    # What workers tell

    @on(SourceRead)
    def _source_read(self, event: SourceRead) -> None:
        self.backend, self.original = event.backend, event.original
        self.first_text = event.text
        self.draft.write(event.text)
        self.query_one(ConfigurationText).show(event.text)
        self.check()

    @on(FormRead)
    def _form_read(self, event: FormRead) -> None:
        if not self.draft.take(event.before, event.edits, event.text):
            return  # somebody wrote on in the text; a newer one comes
        for problem in event.problems:
            self.say("⚠", inert(problem))
        asked_for = self.backend is None or self.backend == event.form.backend
        if asked_for:
            self.query_one(FormView).show_state(event.form, self.draft.pending)
            self._look_at(event.form.backend)
        self._known = replace(self._known, differences=event.differences)

    def _look_at(self, backend: str) -> None:
        if backend not in self.machines:
            self.machines[backend] = None
            self.look_at_environment(backend)

    @on(EnvironmentRead)
    def _environment_read(self, event: EnvironmentRead) -> None:
        self.machines[event.backend] = "" if event.ok else event.message or "this machine cannot"
        self._show_preflight()

    @on(PlanMade)
    def _planned(self, event: PlanMade) -> None:
        if self.draft.edits or event.text != self.draft.base:
            return  # somebody typed on; a newer one comes
        if event.plan is not None and self.backend not in (None, event.plan.backend):
            return  # another backend was chosen since
        self.plan = event.plan
        issues = event.plan.issues if event.plan is not None else []
        self.query_one(IssueList).show_issues(issues, event.problem or "no issues: ready to launch")
        self.query_one(FormView).show_issues(issues)
        self.query_one("#verdict", StatusLine).say(*verdict(event.plan, event.problem))
        self._show_preflight()

    def _show_preflight(self) -> None:
        plan = self.plan
        environment = self.machines.get(plan.backend) if plan is not None else None
        self._known = replace(self._known, plan=plan or self._known.plan, environment=environment)
        self.query_one(PreflightPane).show(self._known)

    # What is typed

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        text = event.text_area.text
        if self.original is not None and text != self.draft.base:
            self.draft.write(text)
            self.changed()

    def change_value(self, state: FieldState, value: object) -> None:
        """The form gives a parameter another value; None is its default."""
        self.draft.change(state, value)
        self.query_one(FormView).show_pending(self.draft.pending)
        self.changed()

    def change_backend(self, name: str) -> None:
        """Train on another backend; the form shows at once what it takes."""
        self.backend, self.plan = name, None
        self.query_one(FormView).show_backend(name)
        self.check()

    # Issues

    @on(CursorPane.Chosen, "#issues")
    def _issue_chosen(self) -> None:
        self.go_to_issue()

    def action_next_issue(self) -> None:
        if self.query_one(IssueList).go_next() is None:
            self.say("", "no issues")
        else:
            self.go_to_issue()

    # Launching

    def action_launch(self) -> None:
        self.query_one(FormView).finish()  # what is being written counts
        if self.plan is None:
            self.say("⚠", "still checking; try again in a moment")
        elif not self.plan.ok:
            count = sum(i.is_error for i in self.plan.issues)
            self.say("✗", f"{count} error{'s' if count != 1 else ''} to mend first", "^N goes from issue to issue")
            self.go_to(Place.ISSUES)
        else:
            self.launch(self.plan)

    @on(Refused)
    def _reading_refused(self) -> None:
        if self.original is None:
            self.query_one(IssueList).show_issues([], "nothing could be read; Esc goes back")

    def action_back(self) -> None:
        if self.query_one(FormView).writes:
            self.query_one(FormView).leave_field()
        elif self.original is None or self.text == self.first_text:
            self.dismiss(None)
        else:
            self._ask_to_leave()

    def _ask_to_leave(self) -> None:
        from tuiapp.screens.confirm import ConfirmScreen

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(None)

        self.app.push_screen(ConfirmScreen("Leave without starting?", ["What you changed is lost."], "Leave"), answered)
