"""Where the editor's panes stand: side by side, or one at a time as tabs."""

from __future__ import annotations

from enum import StrEnum


class Place(StrEnum):
    """The editor's panes; the value is the pane's id."""

    FORM = "form"
    TEXT = "text"
    PREFLIGHT = "preflight"
    ISSUES = "issues"


TABS = {"Form": Place.FORM, "Text": Place.TEXT, "Preflight": Place.PREFLIGHT, "Issues": Place.ISSUES}
NARROW = 100
"""Columns below which one pane is shown at a time."""


def tab_of(place: Place) -> str:
    """The tab's name of a pane."""
    return next(name for name, other in TABS.items() if other is place)
