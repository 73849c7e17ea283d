"""Textual's command palette, which needs a few rows: with none for its list, Textual 8.2 fails on Page Up."""

from __future__ import annotations

from textual.command import CommandPalette
from textual.events import Resize

LEAST_ROWS = 8


class ActionPalette(CommandPalette):
    """Closes where the terminal becomes too low for it."""

    def on_resize(self, event: Resize) -> None:
        if event.size.height < LEAST_ROWS and self.is_current:
            self.dismiss(None)
