"""The log's tail: follows the end, unless somebody scrolled up."""

from __future__ import annotations

from collections.abc import Sequence

from tuiapp.widgets.pane import LinePane
from tuiapp.widgets.strips import Part, clip

_BAD = ("error", "traceback", "exception", "out of memory")

_NOTHING = "nothing was printed yet"


class LogView(LinePane):
    """Lines as they came, inert."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._lines: Sequence[str] = []
        self._empty = "reading…"

    @property
    def last_line(self) -> str:
        return self._lines[-1] if self._lines else ""

    def show_lines(self, lines: Sequence[str], *, empty: str = _NOTHING) -> None:
        """Show these lines."""
        self._empty = empty
        following = self.is_vertical_scroll_end or not self._lines
        if list(lines) == list(self._lines) and lines:
            return
        self._lines = lines
        self.set_count(len(lines))
        if following:
            self.call_after_refresh(self.scroll_end, animate=False, immediate=True)
        self._entitle(following)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._entitle(self.is_vertical_scroll_end)

    def _entitle(self, following: bool) -> None:
        errors = sum(1 for text in self._lines if _is_bad(text))
        state = "following" if following else f"+{max(0, round(self.max_scroll_y - self.scroll_y))} lines · End follows"
        told = f" · {errors} error line{'s' if errors != 1 else ''}" if errors else ""
        self.set_title(f"Log · {state}{told}" if self._lines else "Log")

    def row_parts(self, index: int, width: int) -> list[Part]:
        text = self._lines[index]
        return clip([(text, self.ink.bad if _is_bad(text) else self.ink.text)], width)

    def empty_parts(self) -> list[list[Part]]:
        return [[(self._empty, self.ink.muted)]]


def _is_bad(text: str) -> bool:
    low = text.lower()
    return any(word in low for word in _BAD)
