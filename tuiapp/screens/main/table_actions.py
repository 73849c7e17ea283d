"""What can be done to the run table: query, sort, group, columns, tags, notes, pin, archive, undo."""

from __future__ import annotations

from tuiapp.screens.main.arrangement import PaneArrangement


class TableActions(PaneArrangement):
    """What can be done to the run table: query, sort, group, columns, tags, notes, pin, archive, undo."""
