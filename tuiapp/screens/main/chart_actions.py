"""What can be done to the charts from anywhere on the main screen."""

from __future__ import annotations

from tuiapp.screens.main.arrangement import PaneArrangement


class ChartActions(PaneArrangement):
    """What can be done to the charts from anywhere on the main screen."""
