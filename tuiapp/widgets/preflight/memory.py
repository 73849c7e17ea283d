"""Memory by part, drawn to the scale of what is free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.style import Style

from tuiapp.formatting import size
from tuiapp.widgets.form.values import NOTHING
from tuiapp.widgets.ink import Ink
from tuiapp.widgets.strips import Part, fit
from tuner.core.backend_protocol import Estimate

_FILLS = "█▓▒"
"""Neighbours have different ones, so that they stay apart without colours."""
_WIDEST = 60
_CELL, _GAP = 22, 3
"""Cells of one part in the legend, and between two of them."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """A bar of ``room`` cells stands for ``scale`` bytes; where what is free ends within it, that is marked."""

    room: int
    scale: int
    free: int | None


def memory_lines(estimate: Estimate, ink: Ink, width: int, label: int) -> list[list[Part]]:
    """What is needed of what is free, a bar of it, and what each part of the bar is."""
    parts = {name: count for name, count in estimate.memory_bytes.items() if count > 0}
    free = estimate.available_bytes
    if not parts:
        told = f"  of {size(free)} free" if free is not None else ""
        return [[(fit("Memory", label), ink.muted), (NOTHING, ink.faint), (told, ink.muted)]]
    total = estimate.total_bytes or sum(parts.values())
    low, high = estimate.low_bytes, estimate.high_bytes or total
    over, tight = free is not None and total > free, free is not None and high > free
    style = ink.bad if over else ink.warning if tight else ink.text
    said: list[Part] = [(f"{'✗ ' if over else '⚠ ' if tight else ''}{size(total)}", style)]
    said.append((f" of {size(free)} free" if free is not None else " · what is free is unknown", ink.muted))
    if low is not None and high > total:
        said.append((f" · {size(low)} to {size(high)}", ink.muted))
    room = max(6, min(_WIDEST, width - label))
    fills = _fills(parts, ink)
    lines: list[list[Part]] = [[(fit("Memory", label), ink.muted), *said]]
    marks = _Marks(room, max(high, free or 0), free)
    lines.append([(" " * label, ink.muted), *_bar(parts, fills, total, marks, ink)])
    return lines + _legend(parts, fills, ink, width, label)


def _fills(parts: Mapping[str, int], ink: Ink) -> dict[str, Part]:
    """How each part is drawn."""
    styles: Sequence[Style] = (ink.primary, ink.secondary, ink.accent, ink.good)
    return {n: (_FILLS[i % len(_FILLS)], styles[i % len(styles)]) for i, n in enumerate(parts)}


def _bar(parts: Mapping[str, int], fills: Mapping[str, Part], total: int, marks: _Marks, ink: Ink) -> list[Part]:
    """The parts beside each other. They do not all stand at once, so they are drawn as shares of the total."""
    cells: list[Part] = []
    whole, so_far = sum(parts.values()), 0
    for name, count in parts.items():
        so_far += count
        end = round(total * so_far / whole / marks.scale * marks.room)
        cells += [fills[name]] * (end - len(cells))
    cells += [("░", ink.faint)] * (marks.room - len(cells))
    if marks.free is not None and marks.free < marks.scale:
        cells[min(marks.room - 1, round(marks.free / marks.scale * marks.room))] = ("┃", ink.bad)
    return cells


def _legend(parts: Mapping[str, int], fills: Mapping[str, Part], ink: Ink, width: int, label: int) -> list[list[Part]]:
    """What each part of the bar is, in columns."""
    a_line = max(1, (width - label + _GAP) // (_CELL + _GAP))
    names = list(parts)
    lines: list[list[Part]] = []
    for first in range(0, len(names), a_line):
        lines.append([(" " * label, ink.muted)])
        for name in names[first : first + a_line]:
            gap: Part = (" " * _GAP if len(lines[-1]) > 1 else "", ink.muted)
            words: Part = (fit(f" {name}", _CELL - 9), ink.muted)
            lines[-1] += [gap, fills[name], words, (fit(size(parts[name]), 8, right=True), ink.text)]
    return lines
