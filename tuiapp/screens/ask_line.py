"""A question answered by one line of text."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tuiapp.actions import Where
from tuiapp.screens.base import ActingModal
from tuiapp.widgets.bars import ActionBar
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.text_block import TextBlock


class AskLineScreen(ActingModal[str]):
    """The line, or None where it was left. ``text`` stands there at first, ``lines`` say what it is about."""

    WHERE = Where.ASK
    BINDINGS = bindings_for(Where.ASK)
    DEFAULT_CSS = """
    AskLineScreen #dialog {
        width: 72; max-width: 96%; height: auto;
        border: round $primary; border-title-color: $primary; background: $background; padding: 1 2 0 2;
    }
    AskLineScreen Input { border: round $border-blurred; background: $background; padding: 0 1; }
    AskLineScreen Input:focus { border: round $primary; }
    AskLineScreen ActionBar { background: $background; padding: 0; }
    """

    def __init__(self, title: str, lines: Sequence[str], text: str, placeholder: str) -> None:
        super().__init__()
        self._title, self._lines, self._text, self._placeholder = title, lines, text, placeholder

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = self._title
            yield TextBlock([[(text, Style.null())] for text in self._lines])
            yield Input(self._text, placeholder=self._placeholder, select_on_focus=False, id="line")
            yield ActionBar()

    def opened(self) -> None:
        self.query_one(Input).focus()
        self.renew_bar()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_done()

    def action_done(self) -> None:
        self.dismiss(self.query_one(Input).value)

    def action_back(self) -> None:
        self.dismiss(None)
