"""The panes of the main screen: which of them are seen, and in which order Tab goes."""

from __future__ import annotations

from enum import StrEnum

NARROW = 100
"""Below this many columns the panes become tabs."""


class Pane(StrEnum):
    """The value is the widget's id."""

    RUNS = "runs"
    CHARTS = "charts"
    CHECKPOINTS = "checkpoints"
    LOG = "log"
    CONFIG = "config"


TABS: dict[str, Pane] = {
    "Runs": Pane.RUNS,
    "Watch": Pane.CHARTS,
    "Ckpts": Pane.CHECKPOINTS,
    "Log": Pane.LOG,
    "Config": Pane.CONFIG,
}


def visible(*, narrow: bool, zoomed: Pane | None, tab: Pane) -> frozenset[Pane]:
    """The panes that are seen."""
    if narrow:
        return frozenset({tab})
    return frozenset({zoomed}) if zoomed else frozenset(Pane)


def beside(pane: Pane, way: int) -> Pane:
    """The pane after (1) or before (-1) another one, around the end."""
    order = list(Pane)
    return order[(order.index(pane) + way) % len(order)]


def tab_name(pane: Pane) -> str:
    """The tab of a pane."""
    return next(name for name, p in TABS.items() if p is pane)
