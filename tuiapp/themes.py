"""The two themes. Colour is never the only signal: every state has a glyph of its own beside it."""

from __future__ import annotations

from textual.theme import Theme

DARK = "tuner-dark"
LIGHT = "tuner-light"

THEMES = (
    Theme(
        name=DARK,
        primary="#6cb6ff",
        secondary="#b392f0",
        accent="#e3b341",
        success="#57c785",
        warning="#e0a040",
        error="#f47067",
        foreground="#d6dbe3",
        background="#12151b",
        surface="#12151b",
        panel="#1d222b",
        boost="#262d39",
        dark=True,
        variables={"border": "#3a4250", "border-blurred": "#2b323d", "block-cursor-text-style": "none"},
    ),
    Theme(
        name=LIGHT,
        primary="#0a63c2",
        secondary="#7a3fb8",
        accent="#9a5b00",
        success="#1a7f45",
        warning="#9a5b00",
        error="#c0281e",
        foreground="#1d232b",
        background="#fbfbf9",
        surface="#fbfbf9",
        panel="#ecedea",
        boost="#dfe4ea",
        dark=False,
        variables={"border": "#b4bac2", "border-blurred": "#d3d7dc", "block-cursor-text-style": "none"},
    ),
)
