"""Keys typed on while a field is being opened: over a slow link several arrive at once. They are for the field."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from textual.events import Key

from tuiapp.actions import ACTIONS

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode

_ASKING = frozenset(a.call for a in ACTIONS if a.asks)
_PATIENCE = 0.5
"""Seconds after which no field is coming any more; what was held is then read as keys."""


class TypedAhead:
    """Holds keys from an action that asks until a field has the focus; without this they would be read as actions."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._held: list[Key] | None = None
        self._again: deque[Key] = deque(maxlen=100)

    def after(self, action: str) -> None:
        """An action was done; if it asks, hold what is typed from now on."""
        if action in _ASKING and not self._takes_text(self._app.focused):
            self._held = []
            self._app.set_timer(_PATIENCE, self.release)

    def takes(self, event: Key) -> bool:
        """Whether a key that nobody took is not to be read as an action."""
        if event in self._again:
            return False
        if self._held is not None:
            self._held.append(event)
            return True
        focused = self._app.focused
        if focused is not None and focused.check_consume_key(event.key, event.character):
            self._type(event)  # it was on its way to another widget when the field got the focus
            return True
        return False

    def focused(self, widget: DOMNode) -> None:
        """A widget has got the focus."""
        if self._takes_text(widget):
            self.release()

    def release(self) -> None:
        """Give what was held to whatever has the focus."""
        held, self._held = self._held or (), None
        for event in held:
            self._type(event)

    def _type(self, event: Key) -> None:
        again = Key(event.key, event.character)
        self._again.append(again)
        self._app.post_message(again)

    @staticmethod
    def _takes_text(widget: DOMNode | None) -> bool:
        return widget is not None and widget.check_consume_key("a", "a")
