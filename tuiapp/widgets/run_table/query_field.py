"""The field in which a query is typed; the runs follow every key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from tuiapp.actions import Where
from tuiapp.widgets.bindings import bindings_for

_REMEMBERED = 50


class QueryField(Input):
    """Asks while it is typed in. Older queries are gone through upwards; the one being typed is not lost."""

    DEFAULT_CSS = """
    QueryField { height: 3; border: round $primary; background: $background; padding: 0 1; }
    QueryField:focus { border: round $primary; background-tint: $background 0%; }
    QueryField.-wrong, QueryField.-wrong:focus { border: round $warning; border-subtitle-color: $warning; }
    """
    BINDINGS = bindings_for(Where.QUERY)

    @dataclass(eq=False, repr=False)
    class Asked(Message):
        """Another query; ``done`` where Enter was pressed."""

        text: str
        done: bool = False

    def __init__(self, history: Sequence[str] = (), *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(placeholder="name  state:live  loss<1.2  tag:x", id=id)
        self.border_title = "Find"
        self._history = list(history)
        self._at = len(self._history)
        self._draft = ""

    @property
    def history(self) -> list[str]:
        """The queries that were kept, oldest first."""
        return list(self._history)

    def begin(self, text: str) -> None:
        """Start from a query."""
        self._at, self._draft = len(self._history), text
        self.value = text
        self.cursor_position = len(text)

    def tell(self, problems: Sequence[str]) -> None:
        """Say in the border what is wrong with the query."""
        self.set_class(bool(problems), "-wrong")
        self.border_subtitle = Content(f"⚠ {problems[0]}" if problems else "Enter keeps · Esc ends")

    def action_query_older(self) -> None:
        self._go_to(self._at - 1)

    def action_query_newer(self) -> None:
        self._go_to(self._at + 1)

    def _go_to(self, at: int) -> None:
        if not 0 <= at <= len(self._history):
            return
        if self._at == len(self._history):
            self._draft = self.value
        self._at = at
        self.value = self._history[at] if at < len(self._history) else self._draft
        self.cursor_position = len(self.value)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Asked(event.value))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if text:
            self._history = [*(t for t in self._history if t != text), text][-_REMEMBERED:]
        self._at = len(self._history)
        self.post_message(self.Asked(event.value, done=True))
