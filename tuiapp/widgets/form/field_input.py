"""The field that one value is written into."""

from __future__ import annotations

from textual.events import Blur
from textual.widgets import Input


class FieldInput(Input):
    """One value while it is written, laid over its row."""

    DEFAULT_CSS = """
    FieldInput, FieldInput:focus {
        layer: above; position: absolute; height: 1; border: none; padding: 0 1;
        background: $panel; background-tint: $foreground 8%; color: $foreground;
    }
    FieldInput.-invalid, FieldInput.-invalid:focus { border: none; color: $error; }
    """

    def on_blur(self, event: Blur) -> None:
        """What was written stays where the field is left by mouse or Tab."""
        if self.display:
            self.post_message(self.Submitted(self, self.value))
