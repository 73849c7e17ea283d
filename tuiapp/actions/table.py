"""The run table: query, sort, group, columns, tags, notes, pin, archive, undo."""

from __future__ import annotations

from tuiapp.actions.model import Action

TABLE: tuple[Action, ...] = ()
