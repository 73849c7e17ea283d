"""The line in which metrics are chosen; the charts follow every key."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.message import Message
from textual.widgets import Input


class PatternField(Input):
    """A regular expression."""

    DEFAULT_CSS = """
    PatternField { dock: bottom; height: 1; border: none; padding: 0; background: $panel; }
    PatternField:focus { border: none; }
    """

    @dataclass(eq=False, repr=False)
    class Typed(Message):
        """Another pattern; ``done`` where Enter was pressed."""

        pattern: str
        done: bool = False

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern, placeholder="metrics: loss|kl, ^eval_, rewards/… · Enter keeps · Esc ends")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Typed(event.value, done=True))
