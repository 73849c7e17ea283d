"""A few lines of styled text, wrapped to the width. Text is data: never markup."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.widgets import Static

from tuiapp.widgets.strips import Part


class TextBlock(Static):
    """As high as its text."""

    DEFAULT_CSS = """
    TextBlock { height: auto; width: 1fr; }
    """

    def __init__(self, lines: Sequence[Sequence[Part]] = (), *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(_text(lines), markup=False, id=id)

    def show(self, lines: Sequence[Sequence[Part]]) -> None:
        """Show these lines."""
        self.update(_text(lines))


def _text(lines: Sequence[Sequence[Part]]) -> Text:
    return Text("\n").join(Text.assemble(*((text, style) for text, style in parts)) for parts in lines)
