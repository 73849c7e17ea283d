"""The log: search, filter, jumps, wrap, pager."""

from __future__ import annotations

from tuiapp.actions.model import Action

LOG: tuple[Action, ...] = ()
