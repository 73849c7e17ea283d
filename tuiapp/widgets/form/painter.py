"""One row of the form as pieces of text, and what a click on each piece does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style

from tuiapp.widgets.form.labels import BACKEND, WIDTH, label_of, section_title
from tuiapp.widgets.form.rows import BackendRow, FieldRow, Heading, Row
from tuiapp.widgets.form.values import NOTHING, shown
from tuiapp.widgets.ink import Ink
from tuiapp.widgets.issue_list import GLYPH
from tuiapp.widgets.strips import Part, clip, fit, spread, width_of
from tuner.core.fields import FieldKind
from tuner.core.issues import Issue, Severity
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.form import FieldState, FormState

_LEAST_NOTE = 12


@dataclass(frozen=True, slots=True)
class Zone:
    """Cells of a row that do something when they are clicked: "less", "more", "toggle", "edit" or "pick"."""

    start: int
    end: int
    does: str
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What a row is drawn with. ``value`` is the present one, be it written into the text yet or not."""

    state: FormState
    value: object
    is_set: bool
    focused: bool
    issues: Sequence[Issue]
    note: str = ""


def paint(row: Row, look: Look, ink: Ink, width: int) -> tuple[list[Part], list[Zone]]:
    """A row in ``width`` cells."""
    if isinstance(row, Heading):
        return _heading(row, look, ink, width), [Zone(0, width, "toggle")]
    painted = _Painted([_mark(look, ink) if isinstance(row, FieldRow) else ("  ", ink.text)])
    if isinstance(row, BackendRow):
        painted.add(fit(BACKEND, WIDTH), ink.text)
        _choices(painted, [(b, "") for b in look.state.backends], look, ink, width)
        return _noted(painted, look, ink, width), painted.zones
    state = look.state.fields[row.path]
    if row.option:
        _option(painted, row, state, look, ink)
    else:
        _field(painted, state, look, ink, width)
    return _noted(painted, look, ink, width), painted.zones


class _Painted:
    """Pieces from left to right, with the zones among them."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts
        self.zones: list[Zone] = []

    def add(self, text: str, style: Style, does: str = "", choice: str = "") -> None:
        start = width_of(self.parts)
        self.parts.append((text, style))
        if does:
            self.zones.append(Zone(start, start + cell_len(text), does, choice))


def _mark(look: Look, ink: Ink) -> Part:
    worst = next((s for s in (Severity.ERROR, Severity.WARNING) if any(i.severity is s for i in look.issues)), None)
    if worst is not None:
        return f"{GLYPH[worst]} ", ink.bad if worst is Severity.ERROR else ink.warning
    if look.note.startswith("⊘"):
        return "⊘ ", ink.muted
    return ("• " if look.is_set else "  "), ink.primary


def _heading(row: Heading, look: Look, ink: Ink, width: int) -> list[Part]:
    left: list[Part] = [(f"{'▾' if row.is_open else '▸'} ", ink.primary), (section_title(row.section), ink.primary)]
    right: list[Part] = []
    for severity, style in ((Severity.ERROR, ink.bad), (Severity.WARNING, ink.warning)):
        count = sum(i.severity is severity for i in look.issues)
        if count:
            right.append((f"{GLYPH[severity]} {count}  ", style))
    right.append((f"{row.set_count} set" if row.set_count else "", ink.muted))
    return spread(left, right, width)


def _field(painted: _Painted, state: FieldState, look: Look, ink: Ink, width: int) -> None:
    field = state.field
    painted.add(fit(label_of(field), WIDTH - 1) + " ", ink.muted if state.disabled else ink.text)
    if state.choices:
        _choices(painted, [(c.value, state.disabled or c.reason) for c in state.choices], look, ink, width)
        return
    style = _value_style(state, look, ink)
    if field.kind is FieldKind.CHECK:
        painted.add("[x] yes" if look.value is True else "[ ] no", style, "toggle")
    elif field.is_number and look.focused and not state.disabled:
        painted.add("‹ ", ink.primary, "less")
        painted.add(shown(look.value), style, "edit")
        painted.add(" ›", ink.primary, "more")
        painted.add(f" {field.unit}", ink.muted)
    else:
        text = shown(look.value)
        unit = f" {field.unit}" if field.is_number and field.unit and text != NOTHING else ""
        painted.add(text, style, "edit")
        painted.add(unit, ink.muted)


def _option(painted: _Painted, row: FieldRow, state: FieldState, look: Look, ink: Ink) -> None:
    on = isinstance(look.value, list) and row.option in look.value
    reason = state.disabled or next((c.reason for c in state.choices if c.value == row.option), "")
    style = ink.muted if reason else ink.strong if on else ink.text
    painted.add("[x] " if on else "[ ] ", ink.muted if reason else ink.primary, "toggle")
    painted.add(row.option.replace("_", " "), style, "toggle")


def _choices(painted: _Painted, choices: Sequence[tuple[str, str]], look: Look, ink: Ink, width: int) -> None:
    """All choices with the present one in brackets where the row is focused and they fit; else the present one.

    ``choices``: each with the reason why it cannot be had, "" where it can.
    """
    room = width - width_of(painted.parts)
    now = shown(look.value)
    if look.focused and sum(len(name) + 2 for name, _ in choices) <= room:
        for name, reason in choices:
            chosen = name == now
            text = f"[{name}]" if chosen else f"⊘{name} " if reason else f" {name} "
            style = ink.strong if chosen and not reason else ink.muted if reason else ink.text
            painted.add(text, style, "pick", name)
    elif look.focused:
        painted.add("‹ ", ink.primary, "less")
        painted.add(now, ink.strong, "more")
        painted.add(" ›", ink.primary, "more")
    else:
        reason = next((reason for name, reason in choices if name == now), "")
        painted.add(now, ink.strong if look.is_set and not reason else ink.muted)


def _value_style(state: FieldState, look: Look, ink: Ink) -> Style:
    return ink.strong if look.is_set and not state.disabled else ink.muted


def _noted(painted: _Painted, look: Look, ink: Ink, width: int) -> list[Part]:
    """What is to be said of the row at its right: what is wrong, why it is out of use, or a remark."""
    room = width - width_of(painted.parts) - 2
    wrong = next((i for s in (Severity.ERROR, Severity.WARNING) for i in look.issues if i.severity is s), None)
    if wrong is not None:
        note: Part = (inert(wrong.message), ink.bad if wrong.is_error else ink.warning)
    else:
        note = (look.note.removeprefix("⊘ "), ink.muted)
    if not note[0] or room < min(_LEAST_NOTE, cell_len(note[0])):
        return clip(painted.parts, width)
    return [*painted.parts, ("  ", ink.text), *clip([note], room)]
