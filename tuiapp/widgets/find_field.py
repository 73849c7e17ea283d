"""The field that runs are found with."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.message import Message
from textual.widgets import Input


class FindField(Input):
    """Finds while it is typed in."""

    DEFAULT_CSS = """
    FindField { height: 3; border: round $primary; background: $background; padding: 0 1; }
    """

    @dataclass(eq=False, repr=False)
    class Sought(Message):
        """Other words are sought; ``done`` where Enter was pressed."""

        words: str
        done: bool = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(placeholder="name, state, model… · Esc ends", id=id)
        self.border_title = "Find"

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Sought(event.value))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Sought(event.value, done=True))
