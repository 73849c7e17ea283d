"""The text of a configuration."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import TextArea

from tuner.runs.text_tail import inert


class ConfigurationText(TextArea):
    """YAML with line numbers; the tab key indents by two spaces."""

    DEFAULT_CSS = """
    ConfigurationText {
        width: 1fr; height: 1fr; border: round $border-blurred; border-title-color: $foreground 70%;
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
        """Show another text from its beginning."""
        self.load_text(text)

    def take(self, text: str) -> None:
        """The same text, changed elsewhere: what was typed here before can still be undone."""
        if text != self.text:
            cursor = self.cursor_location
            self.replace(text, (0, 0), self.document.end)
            self.move_cursor(cursor)

    def go_to_line(self, number: int) -> None:
        """Put the cursor at the beginning of a line, counted from 1."""
        line = max(0, min(number - 1, self.document.line_count - 1))
        text = self.document.get_line(line)
        self.move_cursor((line, len(text) - len(text.lstrip())), center=True)
        self.focus()

    def go_to_key(self, keys: Sequence[str]) -> None:
        """Put the cursor on the line of a key, or of the section that it lies in."""
        from tuner.config.load import lines_of

        lines = lines_of(self.text)
        known = (lines.get(".".join(keys[:n])) for n in range(len(keys), 0, -1))
        line = next((n for n in known if n is not None), None)
        if line is not None:
            self.go_to_line(line)

    def path_at_cursor(self) -> str:
        """The parameter whose key stands on the cursor's line, or the last one before; "" where there is none."""
        from tuner.config.load import lines_of
        from tuner.core.aliases import real_path

        here = self.cursor_location[0] + 1
        before = [(line, path) for path, line in lines_of(self.text).items() if line <= here]
        return real_path(max(before, key=lambda found: found[0])[1]) if before else ""
