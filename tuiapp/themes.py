"""Tuner's themes. Colour is never the only signal: every state has a glyph of its own beside it.

The safe ones take Okabe and Ito's colours (Color Universal Design, 2008), which stay apart for people who cannot tell
red from green; lighter or darker where a background asks for more contrast.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = "tuner-dark"
LIGHT = "tuner-light"
SAFE_DARK = "tuner-safe-dark"
SAFE_LIGHT = "tuner-safe-light"


def _theme(name: str, *colours: str, dark: bool) -> Theme:
    """``colours``: primary, secondary, accent, success, warning, error."""
    primary, secondary, accent, success, warning, error = colours
    foreground, background, panel, boost = _DARK_GROUND if dark else _LIGHT_GROUND
    border, blurred = ("#3a4250", "#2b323d") if dark else ("#b4bac2", "#d3d7dc")
    return Theme(
        name=name,
        primary=primary,
        secondary=secondary,
        accent=accent,
        success=success,
        warning=warning,
        error=error,
        foreground=foreground,
        background=background,
        surface=background,
        panel=panel,
        boost=boost,
        dark=dark,
        variables={"border": border, "border-blurred": blurred, "block-cursor-text-style": "none"},
    )


_DARK_GROUND = ("#d6dbe3", "#12151b", "#1d222b", "#262d39")
_LIGHT_GROUND = ("#1d232b", "#fbfbf9", "#ecedea", "#dfe4ea")

THEMES = (
    _theme(DARK, "#6cb6ff", "#b392f0", "#e3b341", "#57c785", "#e0a040", "#f47067", dark=True),
    _theme(LIGHT, "#0a63c2", "#7a3fb8", "#9a5b00", "#1a7f45", "#9a5b00", "#c0281e", dark=False),
    # Sky blue, reddish purple, yellow, bluish green, orange, vermilion.
    _theme(SAFE_DARK, "#56b4e9", "#cc79a7", "#f0e442", "#2fc79a", "#e69f00", "#ee6a1f", dark=True),
    # The same, with blue for sky blue.
    _theme(SAFE_LIGHT, "#0072b2", "#9c4a78", "#6e5a00", "#00735a", "#8f6200", "#b84c00", dark=False),
)
