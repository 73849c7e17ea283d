"""Comparing the marked runs, and exporting."""

from __future__ import annotations

from tuiapp.screens.main.arrangement import PaneArrangement


class CompareActions(PaneArrangement):
    """Comparing the marked runs, and exporting."""
