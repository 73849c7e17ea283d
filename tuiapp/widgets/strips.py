"""Lines of styled text as strips. Text is data here: nothing in it is ever read as markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

Part = tuple[str, Style]
"""A piece of text and its style."""


def line(parts: Iterable[Part], width: int, base: Style, *, over: Style | None = None) -> Strip:
    """One line, cut or filled to ``width`` cells: ``base`` under it, ``over`` laid over all of it (the cursor)."""
    strip = Strip([Segment(text, style) for text, style in parts if text]).adjust_cell_length(width, Style.null())
    return Strip(Segment.apply_style(strip, base, over), width)


def base_of(widget: Widget) -> Style:
    """A widget's own foreground and background, which its lines stand on."""
    _, background = widget.background_colors
    return Style(color=widget.styles.color.rich_color, bgcolor=background.rich_color)


def spread(left: Sequence[Part], right: Sequence[Part], width: int) -> list[Part]:
    """Left and right parts on one line; the left gives way where both do not fit."""
    room = width - width_of(right)
    kept = clip(left, max(0, room - 1) if right else room)
    gap = width - width_of(kept) - width_of(right)
    blank = (" " * max(0, gap), left[0][1] if left else Style.null())
    return [*kept, blank, *right]


def clip(parts: Sequence[Part], width: int) -> list[Part]:
    """The parts in ``width`` cells, with an ellipsis where something was cut."""
    if width_of(parts) <= width:
        return list(parts)
    kept: list[Part] = []
    room = width - 1
    for text, style in parts:
        size = cell_len(text)
        if size > room:
            kept.append((set_cell_size(text, max(0, room)) + "…" if width > 0 else "", style))
            break
        kept.append((text, style))
        room -= size
    return kept


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Text in exactly ``width`` cells."""
    size = cell_len(text)
    if size > width:
        return (set_cell_size(text, width - 1) + "…") if width > 0 else ""
    return " " * (width - size) + text if right else text + " " * (width - size)


def fit_middle(text: str, width: int) -> str:
    """Text in at most ``width`` cells: what is too much is left out of the middle."""
    if cell_len(text) <= width:
        return text
    head, tail = set_cell_size(text, max(0, width // 2 - 1)), text[-width:] if width > 0 else ""
    while cell_len(head) + 1 + cell_len(tail) > width and tail:
        tail = tail[1:]
    return f"{head}…{tail}"


def changed_cells(before: Sequence[Part], after: Sequence[Part]) -> tuple[int, int] | None:
    """From which cell up to which a line reads differently; None where all of it is to be drawn."""
    old = [(c, style) for text, style in before for c in text]
    new = [(c, style) for text, style in after for c in text]
    if len(old) != len(new) or any(width_of(parts) != len(new) for parts in (before, after)):  # wide characters
        return None
    differing = [i for i, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
    return (differing[0], differing[-1] + 1) if differing else None


def width_of(parts: Iterable[Part]) -> int:
    """Cells that the parts take."""
    return sum(cell_len(text) for text, _ in parts)
