"""Without colour (NO_COLOR): whatever is drawn keeps its bold and its reverse, and no colour goes to the terminal."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_FAR = 0.35
"""Difference in brightness from which a background was meant to be seen: a cursor, a selection."""


class Colourless(LineFilter):
    """Backgrounds that stand out become reverse, all other colours go."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        ground = background.brightness
        return [Segment(text, None if style is None else _plain(style, ground)) for text, style, _ in segments]


@lru_cache(4096)
def _plain(style: Style, ground: float) -> Style:
    back = style.bgcolor
    stands_out = back is not None and abs(Color.from_rich_color(back).brightness - ground) > _FAR
    return Style(
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        reverse=bool(style.reverse) != stands_out,
        strike=style.strike,
    )
