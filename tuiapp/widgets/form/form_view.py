"""The form with the field that is written into, and the help of the field under the cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Input

from tuiapp.widgets.form.field_help import FieldHelp, help_lines, title_of
from tuiapp.widgets.form.field_input import FieldInput
from tuiapp.widgets.form.form_pane import FormPane
from tuiapp.widgets.form.labels import WIDTH
from tuiapp.widgets.form.values import as_typed, range_text, read_typed
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.strips import Part
from tuner.core.issues import Issue
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.form import FieldState, FormState

_LEFT = WIDTH + 4
"""Cells from the form's edge to its values: border, padding, mark, label."""


class FormKeeper(Protocol):
    """Whoever keeps the text that the form is of."""

    def change_value(self, state: FieldState, value: object) -> None:
        """A parameter gets another value; None is its default."""

    def change_backend(self, name: str) -> None:
        """Train on another backend."""

    def say(self, glyph: str, text: str, hint: str = "") -> None:
        """Tell something."""


class FormView(Container):
    """Keeps the three parts together."""

    DEFAULT_CSS = """
    FormView { layers: base above; layout: vertical; }
    """

    def __init__(self, title: str, keeper: FormKeeper, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._name_of_source, self._keeper = title, keeper
        self._written: FieldState | None = None
        self._problem = ""
        """Why what is typed cannot be read; "" where it can."""

    def compose(self) -> ComposeResult:
        yield FormPane(self._name_of_source, self, id="form")
        yield FieldHelp(id="field-help")
        field = FieldInput(id="field", select_on_focus=False)
        field.display = False
        yield field

    @property
    def pane(self) -> FormPane:
        return self.query_one(FormPane)

    @property
    def writes(self) -> bool:
        """Whether a value is being written."""
        return self._written is not None

    def show_state(self, state: FormState, pending: Mapping[str, object]) -> None:
        """Show another state, also while a value is written."""
        self.pane.show_state(state, pending)
        self._place()

    def show_pending(self, pending: Mapping[str, object]) -> None:
        """Other changes are under way."""
        self.pane.show_pending(pending)
        self.renew_help()

    def show_backend(self, name: str) -> None:
        """Another backend was chosen; what it takes comes soon."""
        if self.pane.state is not None:
            self.pane.show_state(replace(self.pane.state, backend=name), self.pane.pending)

    def show_issues(self, issues: Sequence[Issue]) -> None:
        """Show these at their fields."""
        self.pane.show_issues(issues)

    def leave_field(self) -> None:
        """End writing; what was written is lost."""
        self._written, self._problem = None, ""
        field = self.query_one(FieldInput)
        had_focus = field.has_focus
        field.display = False
        if had_focus:
            self.screen.set_focus(self.pane)
        self.renew_help()

    # What the pane asks for

    def change(self, state: FieldState, value: object) -> None:
        """A parameter gets another value; None is its default."""
        self._keeper.change_value(state, value)

    def pick_backend(self, name: str) -> None:
        """Another backend was chosen."""
        self._keeper.change_backend(name)

    def refuse(self, why: str) -> None:
        """What was asked for cannot be had."""
        self._keeper.say("⊘", inert(why))

    def write(self, state: FieldState, typed: str) -> None:
        """Open the field over the row of a parameter."""
        field = self.query_one(FieldInput)
        if self._written is not None:  # typed on before the field had the focus
            field.insert_text_at_cursor(typed)
            return
        self._written = state
        field.remove_class("-invalid")
        field.value = typed or as_typed(self.pane.value_of(state))
        field.placeholder = range_text(state.field) if state.field.is_number else state.field.kind.value
        field.cursor_position = len(field.value)
        field.display = True
        self._place()
        self.screen.set_focus(field)  # at once: the next key may have been typed already

    def _place(self) -> None:
        """Lay the field over its row; out of sight it ends."""
        if self._written is None:
            return
        pane, field = self.pane, self.query_one(FieldInput)
        y = pane.cursor - pane.scroll_offset.y + 1
        if pane.field is None or pane.field.field.path != self._written.field.path:
            self.leave_field()
            return
        field.styles.offset = (_LEFT - 1, y)
        field.styles.width = max(8, pane.size.width + 2 - _LEFT)

    @on(Input.Changed, "#field")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._written is not None:
            self._judge(self._written, event.value)

    def _judge(self, state: FieldState, text: str) -> bool:
        """Whether the text can be taken; where not, the help says what is expected."""
        self._problem = ""
        try:
            read_typed(state.field, text)
        except ValueError as error:
            self._problem = str(error)
        self.query_one(FieldInput).set_class(bool(self._problem), "-invalid")
        self.renew_help()
        return not self._problem

    @on(Input.Submitted, "#field")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        state, field = self._written, self.query_one(FieldInput)
        if state is not None and not self._judge(state, event.value) and field.has_focus:
            return  # to be mended
        self.finish()

    def finish(self) -> None:
        """End writing; what was written is the value, where it can be read."""
        state, text = self._written, self.query_one(FieldInput).value
        self.leave_field()
        if state is None:
            return
        try:
            value = read_typed(state.field, text)
        except ValueError:
            return
        if value != self.pane.value_of(state) or (value is None and state.is_set):
            self.change(state, value)

    @on(CursorPane.Moved, "#form")
    def _moved(self) -> None:
        self.renew_help()

    def on_resize(self) -> None:
        self._place()
        self.renew_help()

    def renew_help(self) -> None:
        """Tell of the row under the cursor, first of what is wrong with what is typed."""
        pane, help_ = self.pane, self.query_one(FieldHelp)
        if pane.row is None or pane.state is None:
            help_.show("", [])
            return
        lines = help_lines(
            pane.row, pane.state, pane.issues_at(pane.cursor), pane.ink, help_.scrollable_content_region.width
        )
        wrong: list[list[Part]] = [[(f"✗ {self._problem}", pane.ink.bad)]] if self._problem else []
        help_.show(title_of(pane.row), [*wrong, *lines])
