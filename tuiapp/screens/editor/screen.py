"""A configuration edited as YAML, with what validation says beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from tuiapp.actions import Where
from tuiapp.messages import PlanMade, Refused, RunStarted
from tuiapp.screens.base import ActingScreen
from tuiapp.screens.chooser.sources import Source, read_source
from tuiapp.screens.editor.text import ConfigurationText
from tuiapp.screens.editor.verdict import verdict
from tuiapp.screens.guarded import guarded
from tuiapp.widgets.bars import ActionBar, StatusLine, TopBar
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.issue_list import IssueList
from tuiapp.widgets.pane import CursorPane
from tuner.core.errors import TunerError
from tuner.core.issues import Severity
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.train import TrainPlan

_PAUSE = 0.25
"""Seconds without a key after which the text is validated."""


class EditorScreen(ActingScreen[str]):
    """Ends with the id of the run that was started, or None."""

    WHERE = Where.EDITOR
    BINDINGS = bindings_for(Where.EDITOR, Where.ANYWHERE)
    DEFAULT_CSS = """
    EditorScreen #edit { height: 1fr; layout: horizontal; }
    EditorScreen #edit IssueList { width: 2fr; height: 1fr; }
    EditorScreen.-narrow #edit { layout: vertical; }
    EditorScreen.-narrow #edit IssueList { width: 1fr; height: 9; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 (Textual's declaration is a ClassVar)

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.plan: TrainPlan | None = None
        self._backend: str | None = source.backend
        self._original: str | None = None
        self._pause: Timer | None = None
        self._launching = False

    def compose(self) -> ComposeResult:
        yield TopBar(self.tuner.surroundings.place, "New run")
        with Container(id="edit"):
            yield ConfigurationText(self.source.title)
            yield IssueList(id="issues")
        yield StatusLine(id="verdict")
        yield StatusLine(id="status")
        yield ActionBar()

    def on_mount(self) -> None:
        if self not in self.app.screen_stack:
            return  # left before it was made; its parts are gone
        self.query_one(ConfigurationText).focus()
        self.renew_bar()
        self._read()

    # Reading and validating

    @work(thread=True, exclusive=True, group="reading", exit_on_error=False)
    def _read(self) -> None:
        guarded(self.post_message, "reading the configuration", lambda: [SourceRead(*read_source(self.source))])

    def on_source_read(self, event: SourceRead) -> None:
        self._backend = event.backend
        self._original = event.text
        self.query_one(ConfigurationText).show(event.text)
        self._validate(event.text)

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        if self._original is not None:
            self.plan = None  # what was validated is not what stands there
            self._pause = self.set_timer(_PAUSE, lambda: self._validate(self.text))

    @property
    def text(self) -> str:
        """The text as it stands."""
        return self.query_one(ConfigurationText).text

    @work(thread=True, exclusive=True, group="validating", exit_on_error=False)
    def _validate(self, text: str) -> None:
        def act() -> list[Message]:
            from tuiapp.handlers.train import TrainHandler, TrainRequest

            handler = TrainHandler(self.tuner.services.context())
            try:
                return [PlanMade(text, handler.plan(TrainRequest(text, self._backend)))]
            except TunerError as error:
                return [PlanMade(text, None, inert(f"{error.message}. {error.hint}" if error.hint else error.message))]

        guarded(self.post_message, "validating", act)

    @on(PlanMade)
    def _planned(self, event: PlanMade) -> None:
        if event.text != self.text:
            return  # somebody typed on; a newer one comes
        self.plan = event.plan
        issues = event.plan.issues if event.plan is not None else []
        self.query_one(IssueList).show_issues(issues, event.problem or "no issues: ready to launch")
        self.query_one("#verdict", StatusLine).say(*verdict(event.plan, event.problem))

    # Issues

    def action_issues(self) -> None:
        issues, text = self.query_one(IssueList), self.query_one(ConfigurationText)
        (text if issues.has_focus else issues).focus()

    @on(CursorPane.Chosen, "#issues")
    def _issue_chosen(self) -> None:
        self._go_to_issue()

    def action_next_issue(self) -> None:
        if self.query_one(IssueList).go_next() is None:
            self.say("", "no issues")
        else:
            self._go_to_issue()

    def _go_to_issue(self) -> None:
        issue = self.query_one(IssueList).selected
        if issue is not None:
            self.query_one(ConfigurationText).go_to_line(issue.line or 1)

    # Launching

    def action_launch(self) -> None:
        plan = self.plan
        if self._launching:
            return
        if plan is None:
            self.say("⚠", "still checking the text; try again in a moment")
        elif not plan.ok:
            count = sum(i.is_error for i in plan.issues)
            self.say("✗", f"{count} error{'s' if count != 1 else ''} to mend first", "^N goes from issue to issue")
            self.query_one(IssueList).focus()
        else:
            self._ask_warnings(plan)

    def _ask_warnings(self, plan: TrainPlan) -> None:
        warnings = [i for i in plan.issues if i.severity is Severity.WARNING]
        codes = sorted({i.code for i in warnings})
        if not warnings:
            self._start(plan, codes)
            return
        from tuiapp.screens.confirm import ConfirmScreen

        lines = [f"⚠ {inert(i.path)}: {inert(i.message)}" for i in warnings]
        lines += ["", f"Accepting: {', '.join(codes)}"]

        def answered(yes: bool | None) -> None:
            if yes:
                self._start(plan, codes)

        self.app.push_screen(ConfirmScreen("Start in spite of these warnings?", lines, "Accept and start"), answered)

    def _start(self, plan: TrainPlan, accept: list[str]) -> None:
        self._launching = True
        self.say("", "starting…")
        self._launch(plan, accept)

    @work(thread=True, exclusive=True, group="launching", exit_on_error=False)
    def _launch(self, plan: TrainPlan, accept: list[str]) -> None:
        def act() -> list[Message]:
            from tuiapp.handlers.train import TrainHandler

            handler = TrainHandler(self.tuner.services.context())
            run_dir = handler.submit(plan, accept)
            handler.start(run_dir)
            return [RunStarted(run_dir.name)]

        guarded(self.post_message, "starting the run", act)

    @on(RunStarted)
    def _run_started(self, event: RunStarted) -> None:
        self.dismiss(event.run_id)

    @on(Refused)
    def _launch_refused(self) -> None:
        self._launching = False

    def action_back(self) -> None:
        if self._original is None or self.text == self._original:
            self.dismiss(None)
            return
        from tuiapp.screens.confirm import ConfirmScreen

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(None)

        self.app.push_screen(ConfirmScreen("Leave without starting?", ["What you changed is lost."], "Leave"), answered)


class SourceRead(Message):
    """The configuration's text, and the backend it is for."""

    def __init__(self, text: str, backend: str | None) -> None:
        super().__init__()
        self.text, self.backend = text, backend
