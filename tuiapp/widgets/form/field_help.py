"""What is to be known of the focused field: what it is, its range, unit and default, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.style import Style

from tuiapp.widgets.form.labels import section_title
from tuiapp.widgets.form.rows import BackendRow, Heading, Row
from tuiapp.widgets.form.values import range_text, shown
from tuiapp.widgets.ink import Ink
from tuiapp.widgets.issue_list import GLYPH
from tuiapp.widgets.pane import LinePane
from tuiapp.widgets.strips import Part
from tuner.core.issues import Issue, Severity
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.form import FieldState, FormState


class FieldHelp(LinePane, can_focus=False):
    """A few lines under the form."""

    DEFAULT_CSS = """
    FieldHelp { height: 7; border: round $border-blurred; overflow-y: hidden; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._lines: list[list[Part]] = []

    def show(self, title: str, lines: list[list[Part]]) -> None:
        """Show these; the title is the parameter's path."""
        self.set_title(title)
        self._lines = lines
        self.set_count(len(lines))

    def row_parts(self, index: int, width: int) -> list[Part]:
        return self._lines[index]


def title_of(row: Row) -> str:
    """The parameter's path, as it stands in the text."""
    if isinstance(row, Heading):
        return section_title(row.section)
    return "Backend" if isinstance(row, BackendRow) else inert(row.path)


def help_lines(row: Row, state: FormState, issues: Sequence[Issue], ink: Ink, width: int) -> list[list[Part]]:
    """The text of the help, wrapped."""
    if isinstance(row, Heading):
        said = "Enter folds the section away." if row.is_open else "Enter shows what it holds."
        lines: list[list[Part]] = [[(said, ink.muted)]]
    elif isinstance(row, BackendRow):
        said = "Where the run trains. It decides what can be chosen below; it is no part of the text."
        lines = _wrapped(said, ink.text, width)
    else:
        lines = _field_lines(state.fields[row.path], row.option, ink, width)
    for issue in issues:
        style = {Severity.ERROR: ink.bad, Severity.WARNING: ink.warning, Severity.INFO: ink.muted}[issue.severity]
        lines += _wrapped(f"{GLYPH[issue.severity]} {inert(issue.message)}", style, width)
        lines += _wrapped(f"→ {inert(issue.hint)}", ink.muted, width) if issue.hint else []
    return lines


def _field_lines(state: FieldState, option: str, ink: Ink, width: int) -> list[list[Part]]:
    field = state.field
    lines = _wrapped(inert(field.help), ink.text, width)
    facts = [field.kind.value, range_text(field) if field.is_number else "", field.unit]
    facts.append(f"default {shown(field.default)}" if field.default not in (None, []) else "")
    if ".".join(state.keys) != field.path:
        facts.append(f"written as {inert('.'.join(state.keys))}")
    lines += _wrapped(" · ".join(f for f in facts if f), ink.muted, width)
    if state.disabled:
        lines += _wrapped(f"⊘ {inert(state.disabled)}", ink.warning, width)
        lines += _wrapped("→ Delete takes it out of the text", ink.muted, width) if state.is_set else []
    else:
        for choice in state.choices:
            if choice.reason and option in ("", choice.value):
                lines += _wrapped(f"⊘ {inert(choice.reason)}", ink.muted, width)
    return lines


def _wrapped(text: str, style: Style, width: int) -> list[list[Part]]:
    return [[(piece, style)] for piece in wrap(text, max(10, width))]
