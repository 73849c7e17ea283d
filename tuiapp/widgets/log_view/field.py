"""The field below the log: a pattern to search or filter by, or a place to go to."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from tuiapp.actions import Where, actions_in
from tuiapp.log_messages import Ask
from tuiapp.widgets.bindings import bindings_for

_EXAMPLES = {
    Ask.SEARCH: "regular expression; a capital letter minds case",
    Ask.FILTER: "regular expression; nothing shows all lines",
    Ask.PLACE: "1234 · 14:32 · 2026-11-22T14:32 · step 810",
}
_LEAVE = "log.leave"


class LogField(Input):
    """One field for all three; Enter does it, Escape leaves."""

    DEFAULT_CSS = """
    LogField { dock: bottom; height: 3; border: round $primary; background: $background; padding: 0 1; }
    LogField:focus { border: round $primary; background-tint: $background 0%; }
    LogField.-wrong, LogField.-wrong:focus { border: round $warning; border-subtitle-color: $warning; }
    """
    BINDINGS = bindings_for(Where.LOG, but={a.id for a in actions_in(Where.LOG)} - {_LEAVE})

    @dataclass(eq=False, repr=False)
    class Entered(Message):
        """Enter was pressed."""

        ask: Ask
        text: str

    @dataclass(eq=False, repr=False)
    class Left(Message):
        """Escape was pressed."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._ask = Ask.SEARCH

    def begin(self, ask: Ask, text: str) -> None:
        """Ask for this; ``text`` stands there already."""
        self._ask = ask
        self.border_title = Content(ask.value)
        self.placeholder = _EXAMPLES[ask]
        self.value = text
        self.select_all()
        self.tell("")

    def tell(self, problem: str) -> None:
        """Say in the border what is wrong; "" where nothing is."""
        self.set_class(bool(problem), "-wrong")
        self.border_subtitle = Content(f"⚠ {problem}" if problem else "Enter · Esc leaves")

    def action_leave_log(self) -> None:
        self.post_message(self.Left())

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered(self._ask, event.value.strip() if self._ask is Ask.PLACE else event.value))
