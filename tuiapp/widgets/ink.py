"""The few styles that lines are drawn with, made from the theme's colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rich.style import Style
from textual.app import App
from textual.color import Color


@dataclass(frozen=True)
class Ink:
    """Foregrounds; ``cursor`` and ``blurred_cursor`` are backgrounds to lay over."""

    text: Style
    strong: Style
    muted: Style
    faint: Style
    primary: Style
    secondary: Style
    accent: Style
    good: Style
    warning: Style
    bad: Style
    cursor: Style
    blurred_cursor: Style


def ink_of(app: App[object]) -> Ink:
    """The styles of the application's present theme."""
    if app.no_color:
        return _COLOURLESS
    variables = app.theme_variables
    names = ("foreground", "background", "primary", "secondary", "accent", "success", "warning", "error")
    return _ink(*(variables.get(n, "#808080") for n in names))


_PLAIN, _BOLD = Style(), Style(bold=True)
_COLOURLESS = Ink(
    text=_PLAIN,
    strong=_BOLD,
    muted=_PLAIN,
    faint=Style(dim=True),
    primary=_BOLD,
    secondary=_PLAIN,
    accent=_BOLD,
    good=_PLAIN,
    warning=_BOLD,
    bad=_BOLD,
    cursor=Style(reverse=True),
    blurred_cursor=Style(underline=True),
)
"""Where there are no colours (NO_COLOR)."""


@lru_cache(8)
def _ink(
    foreground: str, background: str, primary: str, secondary: str, accent: str, success: str, warning: str, error: str
) -> Ink:
    front, back = Color.parse(foreground), Color.parse(background)
    blue = Color.parse(primary)

    def style(color: Color, *, bold: bool = False) -> Style:
        return Style(color=color.rich_color, bold=bold)

    return Ink(
        text=style(front),
        strong=style(front, bold=True),
        muted=style(front.blend(back, 0.38)),
        faint=style(front.blend(back, 0.68)),
        primary=style(blue),
        secondary=style(Color.parse(secondary)),
        accent=style(Color.parse(accent)),
        good=style(Color.parse(success)),
        warning=style(Color.parse(warning)),
        bad=style(Color.parse(error)),
        cursor=Style(bgcolor=back.blend(blue, 0.24).rich_color),
        blurred_cursor=Style(bgcolor=back.blend(front, 0.09).rich_color),
    )
