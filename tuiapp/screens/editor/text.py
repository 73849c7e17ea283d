"""The text of a configuration."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import TextArea

from tuner.runs.text_tail import inert


class ConfigurationText(TextArea):
    """YAML with line numbers; the tab key indents by two spaces."""

    DEFAULT_CSS = """
    ConfigurationText {
        width: 3fr; height: 1fr; border: round $border-blurred; border-title-color: $foreground 70%;
        background: $background; padding: 0;
        &:focus { border: round $primary; border-title-color: $primary; border-title-style: bold; }
        & .text-area--cursor-line { background: $boost; }
        & .text-area--gutter { color: $foreground 35%; background: $background; }
        & .text-area--cursor-gutter { color: $primary; background: $boost; }
    }
    """

    def __init__(self, title: str) -> None:
        super().__init__("", show_line_numbers=True, tab_behavior="indent", soft_wrap=False, id="text")
        self.indent_width = 2
        self.border_title = Content(f"{inert(title)} · YAML")

    def show(self, text: str) -> None:
        """Show another text from its beginning; control characters in it are dropped."""
        self.load_text("\n".join(inert(line) for line in text.split("\n")))

    def go_to_line(self, number: int) -> None:
        """Put the cursor at the beginning of a line, counted from 1."""
        line = max(0, min(number - 1, self.document.line_count - 1))
        text = self.document.get_line(line)
        self.move_cursor((line, len(text) - len(text.lstrip())), center=True)
        self.focus()
