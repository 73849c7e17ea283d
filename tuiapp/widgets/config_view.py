"""The watched run's configuration, to read."""

from __future__ import annotations

from tuiapp.widgets.pane import LinePane
from tuiapp.widgets.strips import Part, clip

_NOTHING = "this run has no configuration file"


class ConfigView(LinePane):
    """YAML with its keys and comments told apart."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._lines: list[str] = []
        self._empty = "reading…"

    def show_text(self, text: str, *, name: str = "job.yaml", empty: str = _NOTHING) -> None:
        """Show this text of the file of that name."""
        self._empty = empty
        lines = text.split("\n") if text else []
        self.set_title(f"Configuration · {name}" if lines else "Configuration")
        if lines == self._lines and lines:
            return
        self._lines = lines
        self.set_count(len(lines))
        self.scroll_to(y=0, animate=False)

    def row_parts(self, index: int, width: int) -> list[Part]:
        text, ink = self._lines[index], self.ink
        code, hash_, comment = _split_comment(text)
        key, colon, value = code.partition(":")
        parts: list[Part] = [(key, ink.primary if colon else ink.text), (colon, ink.muted), (value, ink.text)]
        return clip([*parts, (hash_ + comment, ink.faint)], width)

    def empty_parts(self) -> list[list[Part]]:
        return [[(self._empty, self.ink.muted)]]


def _split_comment(text: str) -> tuple[str, str, str]:
    """A line up to its comment, the hash, and the comment."""
    if text.lstrip().startswith("#"):
        return "", "", text
    code, hash_, comment = text.partition(" #")
    return code, hash_, comment
