"""The form's rows: what is shown of each parameter, and the cursor among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tuiapp.widgets.form.painter import Look, Zone, paint
from tuiapp.widgets.form.rows import FieldRow, Heading, Row, issues_by_row, row_for, rows_of, section_of
from tuiapp.widgets.form.values import range_text
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.strips import Part
from tuner.core.issues import Issue
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.form import FieldState, FormState


class FormRows(CursorPane):
    """Shows a FormState, and laid over it the changes that are not in its text yet (``pending``; None: the default)."""

    DEFAULT_CSS = """
    FormRows { height: 1fr; scrollbar-gutter: stable; }
    """

    def __init__(self, title: str, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._source = title
        self.state: FormState | None = None
        self.pending: Mapping[str, object] = {}
        self.opened: set[str] = set()
        self.issues: Sequence[Issue] = ()
        self.rows: list[Row] = []
        self._at: Mapping[int, list[Issue]] = {}
        self.set_title(f"{inert(title)} · form")

    # What is shown

    def show_state(self, state: FormState, pending: Mapping[str, object]) -> None:
        """Show another state; the cursor stays on its row."""
        keep = self.row
        self.state, self.pending = state, pending
        self.fill(keep)

    def show_pending(self, pending: Mapping[str, object]) -> None:
        """Other changes are under way."""
        self.pending = pending
        self.refresh()

    def show_issues(self, issues: Sequence[Issue]) -> None:
        """Show these at their rows."""
        self.issues = issues
        self._place_issues()
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def fill(self, keep: Row | None) -> None:
        state = self.state
        self.rows = rows_of(state, self.opened) if state is not None and state.problem is None else []
        self._place_issues()
        self.set_count(len(self.rows))
        same = next((i for i, r in enumerate(self.rows) if _same(r, keep)), min(self.cursor, len(self.rows) - 1))
        self.move_to(max(0, same), tell=False)
        self.post_message(self.Moved(self, self.cursor))

    def _place_issues(self) -> None:
        self._at = issues_by_row(self.rows, self.state, self.issues) if self.state is not None and self.rows else {}

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    @property
    def field(self) -> FieldState | None:
        """The parameter under the cursor."""
        row = self.row
        return self.state.fields.get(row.path) if self.state is not None and isinstance(row, FieldRow) else None

    def issues_at(self, index: int) -> list[Issue]:
        """The findings at a row."""
        return self._at.get(index, [])

    def value_of(self, state: FieldState) -> object:
        """A parameter's value with what is under way."""
        path = state.field.path
        value = self.pending.get(path) if path in self.pending else state.value
        return state.field.default if value is None else value

    def row_parts(self, index: int, width: int) -> list[Part]:
        return self.painted(index, width)[0]

    def painted(self, index: int, width: int) -> tuple[list[Part], list[Zone]]:
        assert self.state is not None  # or there are no rows
        return paint(self.rows[index], self._look(index, self.state), self.ink, width)

    def _look(self, index: int, form: FormState) -> Look:
        row, focused = self.rows[index], index == self.cursor
        if not isinstance(row, FieldRow):
            return Look(form, form.backend, True, focused, self.issues_at(index))
        state = form.fields[row.path]
        value = self.value_of(state)
        is_set = self.pending[row.path] is not None if row.path in self.pending else state.is_set
        if row.option:
            is_set = isinstance(value, list) and row.option in value
        return Look(form, value, is_set, focused, self.issues_at(index), self._note(state, row, focused))

    def _note(self, state: FieldState, row: FieldRow, focused: bool) -> str:
        reason = state.disabled or next((c.reason for c in state.choices if c.value == row.option), "")
        if reason:
            return f"⊘ {inert(reason)}"
        if row.path == "schedule.gradient_accumulation" and self.state is not None:
            batch, times = self.value_of(self.state.fields["schedule.batch_size"]), self.value_of(state)
            return f"= {batch * times} examples a step" if isinstance(batch, int) and isinstance(times, int) else ""
        if row.path == "datasets.validation" and self.state is not None and self.value_of(state) is None:
            share = self.value_of(self.state.fields["datasets.validation_fraction"])
            return f"{share:.0%} of the rows are held out" if isinstance(share, float) and share else ""
        return range_text(state.field) if focused and state.field.is_number else ""

    def empty_parts(self) -> list[list[Part]]:
        if self.state is None or self.state.problem is None:
            return [[("reading…", self.ink.muted)]]
        problem = self.state.problem
        place = f"line {problem.line}: " if problem.line else ""
        return [
            [("✗ ", self.ink.bad), ("the text is not YAML, so there is no form of it", self.ink.text)],
            [(f"  {place}{inert(problem.message)}", self.ink.muted)],
            [("  mend it in the text: ^R shows it", self.ink.muted)],
        ]

    # Going about

    def go_to(self, path: str, option: str = "") -> bool:
        """Put the cursor on a parameter, opening its section; whether there is one."""
        state = self.state.nearest(path) if self.state is not None and self.rows else None
        if state is None:
            return False
        self.open(section_of(state.field.path))
        wanted = [i for i, r in enumerate(self.rows) if isinstance(r, FieldRow) and r.path == state.field.path]
        self.move_to(next((i for i in wanted if option and self.rows[i] == FieldRow(path, option)), wanted[0]))
        return True

    def go_to_issue(self, issue: Issue) -> bool:
        """Put the cursor on what a finding is about; whether the form has it."""
        if not self.go_to(issue.path) or self.state is None:
            return False
        index = row_for(self.rows, self.state, issue)
        self.move_to(index if index is not None else self.cursor)
        return True

    def open(self, section: str | None) -> None:
        if section is not None and section not in self.opened:
            self.opened.add(section)
            self.fill(self.row)


def _same(row: Row, other: Row | None) -> bool:
    if isinstance(row, Heading) and isinstance(other, Heading):
        return row.section == other.section
    return row == other
