"""Memory by part, drawn to the scale of what is free."""

from __future__ import annotations

from rich.style import Style

from tuiapp.formatting import size
from tuiapp.widgets.form.values import NOTHING
from tuiapp.widgets.ink import Ink
from tuiapp.widgets.strips import Part, fit
from tuner.core.backend_protocol import Estimate

_EIGHTHS = " ▏▎▍▌▋▊▉"
_WORDS = 34
"""Cells that the words beside a bar take."""


def memory_lines(estimate: Estimate, ink: Ink, width: int, label: int) -> list[list[Part]]:
    """A line for the whole with what is free, and one for each part on the same scale."""
    parts = {name: count for name, count in estimate.memory_bytes.items() if count > 0}
    free = estimate.available_bytes
    if not parts:
        told = f"  of {size(free)} free" if free is not None else ""
        return [[(fit("Memory", label), ink.muted), (NOTHING, ink.faint), (told, ink.muted)]]
    total = estimate.total_bytes or sum(parts.values())
    low, high = estimate.low_bytes, estimate.high_bytes or total
    scale = max(total, free or 0)
    room = max(6, min(28, width - label - _WORDS))
    over, tight = free is not None and total > free, free is not None and high > free
    style = ink.bad if over else ink.warning if tight else ink.good
    glyph = "✗ " if over else "⚠ " if tight else ""
    said: list[Part] = [(f"{glyph}{size(total)}", style)]
    if low is not None and high > total:
        said.append((f" ({size(low)} to {size(high)})", ink.muted))
    said.append((f" of {size(free)} free" if free is not None else " · free memory unknown", ink.muted))
    lines: list[list[Part]] = [[(fit("Memory", label), ink.muted), *_bar(total, scale, room, style, ink), *said]]
    for name, count in parts.items():
        words: list[Part] = [(size(count), ink.text)]
        lines.append([(fit(f"  {name}", label), ink.muted), *_bar(count, scale, room, ink.primary, ink), *words])
    return lines


def _bar(count: int, scale: int, room: int, style: Style, ink: Ink) -> list[Part]:
    eighths = min(room * 8, round(count / scale * room * 8)) if scale else 0
    whole, rest = divmod(max(1, eighths), 8)
    drawn = "█" * whole + (_EIGHTHS[rest] if rest else "")
    return [(drawn, style), ("░" * (room - len(drawn)), ink.faint), (" ", ink.faint)]
