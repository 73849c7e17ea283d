"""What every list takes."""

from __future__ import annotations

from tuiapp.actions.model import Action, Where

LISTS: tuple[Action, ...] = (
    Action("list.up", "Up", "The row above.", "up,k", Where.LIST, "cursor_up", in_bar=False),
    Action("list.down", "Down", "The row below.", "down,j", Where.LIST, "cursor_down", in_bar=False),
    Action("list.page_up", "Page up", "One page up.", "pageup", Where.LIST, "page_up", in_bar=False),
    Action("list.page_down", "Page down", "One page down.", "pagedown", Where.LIST, "page_down", in_bar=False),
    Action("list.first", "First", "The first row.", "home,g", Where.LIST, "first", in_bar=False),
    Action("list.last", "Last", "The last row; in the log, follow again.", "end,G", Where.LIST, "last", in_bar=False),
    Action(
        "list.choose",
        "Choose",
        "What Enter does: watch a run, publish a checkpoint, go to an issue's line.",
        "enter",
        Where.LIST,
        "choose",
        in_bar=False,
    ),
)
