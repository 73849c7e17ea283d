"""The command palette, fed from the registry. Its module is loaded when it is first opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.command import Provider


def action_provider() -> type[Provider]:
    """The provider's class."""
    from tuiapp.screens.palette_provider import ActionProvider

    return ActionProvider
