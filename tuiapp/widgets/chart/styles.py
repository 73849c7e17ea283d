"""The colours of a drawing's inks, out of the theme."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rich.style import Style
from textual.app import App
from textual.color import Color

from tuiapp.widgets.chart import inks

_PLACES = ("primary", "accent", "secondary", "success", "error", "foreground")
"""The palette: colours that every theme has."""
_NAMES = ("background", *_PLACES)


class ChartStyles:
    """A style for each ink number; ``shade``, ``cursor`` and ``selection`` are backgrounds to lay over."""

    def __init__(self, colours: Mapping[str, str]) -> None:
        back, front = Color.parse(colours["background"]), Color.parse(colours["foreground"])
        blue = Color.parse(colours["primary"])
        self._lines = [Color.parse(colours[n]) for n in _PLACES]
        self._back = back
        self._fixed = {
            inks.AXIS: _style(front.blend(back, 0.62)),
            inks.MARK: _style(front.blend(back, 0.38)),
            inks.BEST: _style(Color.parse(colours["accent"])),
            inks.EVALUATION: _style(front.blend(back, 0.5)),
            inks.BAND: _style(Color.parse(colours["success"]).blend(back, 0.5)),
        }
        self.text, self.strong = _style(front), Style(color=front.rich_color, bold=True)
        self.muted, self.faint = _style(front.blend(back, 0.38)), _style(front.blend(back, 0.62))
        self.warning = _style(Color.parse(colours["accent"]))
        self.focus = Style(color=blue.rich_color, bold=True)
        self.shade = Style(bgcolor=back.blend(Color.parse(colours["success"]), 0.07).rich_color)
        self.cursor = Style(bgcolor=back.blend(blue, 0.28).rich_color)
        self.selection = Style(bgcolor=back.blend(blue, 0.18).rich_color)

    def of(self, ink: int) -> Style:
        """The style of an ink number."""
        found = self._fixed.get(ink)
        if found is None:
            raw = ink >= inks.FIRST_RAW
            place = ink - (inks.FIRST_RAW if raw else inks.FIRST_LINE)
            colour = self._lines[place % len(self._lines)]
            found = self._fixed[ink] = _style(colour.blend(self._back, 0.62) if raw else colour)
        return found

    def line(self, colour: int) -> Style:
        """The style of a place in the palette."""
        return self.of(inks.line_ink(colour))


def name_of(colour: int) -> str:
    """The theme's name of a place in the palette, as Textual's styles write it."""
    return f"${_PLACES[colour % len(_PLACES)]}"


def styles_of(app: App[object]) -> ChartStyles:
    """The styles of the application's present theme."""
    variables = app.theme_variables
    return _made(tuple(variables.get(n, "#808080") for n in _NAMES))


@lru_cache(8)
def _made(colours: tuple[str, ...]) -> ChartStyles:
    return ChartStyles(dict(zip(_NAMES, colours, strict=True)))


def _style(colour: Color) -> Style:
    return Style(color=colour.rich_color)


class Look:
    """What all lines are drawn with, until the theme, the focus or the size is another."""

    def __init__(self, styles: ChartStyles, base: Style) -> None:
        self.styles, self.base = styles, base
        self._over: dict[Style, Style] = {}

    def over(self, style: Style) -> Style:
        """A style on the widget's own colours."""
        found = self._over.get(style)
        if found is None:
            found = self._over[style] = self.base + style
        return found
