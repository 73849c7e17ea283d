"""Comparing runs and exporting them."""

from __future__ import annotations

from tuiapp.actions.model import Action

COMPARE: tuple[Action, ...] = ()
