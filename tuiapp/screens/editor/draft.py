"""The configuration while it is edited: a text, and what the form has changed that is not in it yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuiapp.handlers.form import FieldState
    from tuiapp.handlers.form_reading import Edit


class Draft:
    """Putting an edit into the text takes some hundredths of a second, so that is done behind the typing."""

    def __init__(self) -> None:
        self.base = ""
        """The text, without what is pending."""
        self.edits: dict[str, Edit] = {}
        self.problems: list[str] = []

    @property
    def pending(self) -> Mapping[str, object]:
        """The parameters whose change is not in the text yet; None: back to the default."""
        return {path: edit.value for path, edit in self.edits.items()}

    @property
    def text(self) -> str:
        """The text with every edit made."""
        self.settle()
        return self.base

    def write(self, text: str) -> None:
        """The text was written by hand."""
        self.base, self.edits = text, {}

    def change(self, state: FieldState, value: object) -> None:
        """A parameter gets another value."""
        from tuiapp.handlers.form_reading import edit_of

        self.edits[state.field.path] = edit_of(state, value)

    def settle(self) -> None:
        """Put every edit into the text now; ``problems`` tells of those that cannot be made."""
        if self.edits:
            from tuiapp.handlers.form_reading import with_edits

            self.base, self.problems = with_edits(self.base, self.edits)
            self.edits = {}

    def take(self, before: str, edits: Mapping[str, Edit], after: str) -> bool:
        """A worker put edits into the text; whether it was this text, or has become it."""
        if before != self.base:
            return after == self.base and not self.edits  # somebody needed the text meanwhile
        self.base = after
        self.edits = {path: edit for path, edit in self.edits.items() if edits.get(path) != edit}
        return True
