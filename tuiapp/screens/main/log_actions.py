"""What can be done to the log: search, filter, jumps, wrap, pager."""

from __future__ import annotations

from tuiapp.screens.main.arrangement import PaneArrangement


class LogActions(PaneArrangement):
    """What can be done to the log: search, filter, jumps, wrap, pager."""
