"""A question with yes and no; nothing happens without the yes."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Vertical

from tuiapp.actions import Where
from tuiapp.screens.base import ActingModal
from tuiapp.widgets.bars import ActionBar
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.text_block import TextBlock


class ConfirmScreen(ActingModal[bool]):
    """True where the answer is yes."""

    WHERE = Where.CONFIRM
    BINDINGS = bindings_for(Where.CONFIRM)
    DEFAULT_CSS = """
    ConfirmScreen #dialog {
        width: 72; max-width: 96%; height: auto; max-height: 90%;
        border: round $warning; border-title-color: $warning; background: $background; padding: 1 2 0 2;
    }
    ConfirmScreen ActionBar { margin: 1 0 0 0; background: $background; padding: 0; }
    """

    def __init__(self, title: str, lines: Sequence[str], yes: str) -> None:
        super().__init__()
        self._title, self._lines, self._yes = title, lines, yes

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = self._title
            yield TextBlock([[(text, Style.null())] for text in self._lines])
            yield ActionBar()

    def opened(self) -> None:
        self.query_one(ActionBar).show([("y", self._yes, "confirm.yes"), ("Esc", "No, leave it", "confirm.no")])

    def action_yes(self) -> None:
        self.dismiss(True)

    def action_no(self) -> None:
        self.dismiss(False)
