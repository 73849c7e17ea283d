"""The rows of the form: the backend, what every run is asked, and sections that open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuner.core.fields import ESSENTIAL, FieldKind
from tuner.core.issues import Issue

if TYPE_CHECKING:
    from tuiapp.handlers.form import FieldState, FormState


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's heading. ``set_count``: how many of its parameters the text gives."""

    section: str
    is_open: bool
    set_count: int


@dataclass(frozen=True, slots=True)
class BackendRow:
    """Where the run trains; not a part of the text."""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A parameter, or with ``option`` one of those that it can hold together."""

    path: str
    option: str = ""


Row = Heading | BackendRow | FieldRow


def rows_of(state: FormState, opened: Collection[str]) -> list[Row]:
    """All rows; of the sections only those opened show their parameters."""
    rows: list[Row] = [BackendRow()]
    rows += [FieldRow(p) for p in ESSENTIAL if p in state.fields]
    for section, inside in sections(state).items():
        is_open = section in opened
        rows.append(Heading(section, is_open, sum(s.is_set for s in inside)))
        if is_open:
            rows += [row for s in inside for row in _field_rows(s)]
    return rows


def sections(state: FormState) -> dict[str, list[FieldState]]:
    """The parameters beyond the essential ones, by section; the seed goes with the name."""
    found: dict[str, list[FieldState]] = {}
    for path, field in state.fields.items():
        if path not in ESSENTIAL:
            found.setdefault(_section(path), []).append(field)
    return found


def _section(path: str) -> str:
    section = path.partition(".")[0]
    return "output" if section == "seed" else section


def section_of(path: str) -> str | None:
    """The section that must be open for a parameter to be seen; None for those always seen."""
    return None if path in ESSENTIAL else _section(path)


def _field_rows(state: FieldState) -> list[Row]:
    if state.field.kind is FieldKind.CHECKS:
        return [FieldRow(state.field.path, c.value) for c in state.choices]
    return [FieldRow(state.field.path)]


def row_for(rows: Sequence[Row], state: FormState, issue: Issue) -> int | None:
    """The row that a finding is about, among those shown."""
    field = state.nearest(issue.path)
    if field is None:
        return None
    path = field.field.path
    options = [i for i, r in enumerate(rows) if isinstance(r, FieldRow) and r.path == path]
    named = (i for i in options if (o := option_at(rows, i)) and o in issue.message)
    return next(named, options[0] if options else None)


def option_at(rows: Sequence[Row], index: int) -> str:
    """The option of a row; "" where it is none."""
    row = rows[index]
    return row.option if isinstance(row, FieldRow) else ""


def issues_by_row(rows: Sequence[Row], state: FormState, issues: Iterable[Issue]) -> Mapping[int, list[Issue]]:
    """The findings at their rows; those in folded sections at the section's heading."""
    found: dict[int, list[Issue]] = {}
    headings = {r.section: i for i, r in enumerate(rows) if isinstance(r, Heading)}
    for issue in issues:
        index = row_for(rows, state, issue)
        if index is None:
            field = state.nearest(issue.path)
            index = headings.get(_section(field.field.path)) if field is not None else None
        if index is not None:
            found.setdefault(index, []).append(issue)
    return found
