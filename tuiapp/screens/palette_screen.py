"""Textual's command palette, which needs a few rows: with none for its list, Textual 8.2 fails on Page Up."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette
from textual.events import Resize

LEAST_ROWS = 8


class ActionPalette(CommandPalette):
    """Closes where the terminal becomes too low for it."""

    def on_resize(self, event: Resize) -> None:
        if event.size.height < LEAST_ROWS and self.is_current:
            self.dismiss(None)

    def _action_command_list(self, action: str) -> None:
        """A list that is not laid out yet, or has no room, has no pages to turn."""
        if self.query_one(CommandList).size.height:
            super()._action_command_list(action)
