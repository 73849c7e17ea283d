"""The cursor among log lines: the end is followed unless somebody moved away from it."""

from __future__ import annotations

from textual.events import Blur, Click, Focus

from tuiapp.widgets.log_view.lines_pane import LogLinesPane


class LogCursorPane(LogLinesPane):
    """Lines with a cursor, which may follow the end."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._by_us = False
        """Whether it is this pane that scrolls, and no person."""

    def cursor_moved(self) -> None:
        """Somebody moved the cursor, or follows the end again; for the subclass."""

    def set_count(self, count: int) -> None:
        """There are so many lines now; where the end is followed it is shown."""
        self._count = count
        self._fit()
        if self.following:
            self.cursor = max(0, count - 1)
            self.call_after_refresh(self._to_end)
            self._to_end()
        elif self.cursor >= count:
            self.cursor = max(0, count - 1)
        self._redraw()

    def move_to(self, index: int, *, follow: bool = True) -> None:
        """Put the cursor on a line and bring it into sight; on the last one the end is followed."""
        if not self._count:
            return
        before = self.cursor
        self.cursor = max(0, min(index, self._count - 1))
        self.following = follow and self.cursor >= self._count - 1
        self._bring_into_sight()
        if before != self.cursor:
            self.refresh()
        self.cursor_moved()

    def put_in_the_middle(self, index: int) -> None:
        """Put the cursor on a line with lines around it in sight."""
        if index not in self.in_sight():
            self._scroll(max(0, index - self.room // 2))
        self.move_to(index)

    def _bring_into_sight(self) -> None:
        if self.following:
            self._to_end()
        elif self.cursor < self.scroll_offset.y:
            self._scroll(self.cursor)
        elif self.cursor not in self.in_sight():
            fits = self._fitting(self.cursor) if self.wrapped else self.room
            self._scroll(self.cursor - fits + 1)

    def _to_end(self) -> None:
        if self.following:
            self._scroll(self.max_scroll_y)

    def _scroll(self, y: float) -> None:
        self._by_us = True
        try:
            self.scroll_to(y=y, animate=False, immediate=True, force=True)
        finally:
            self._by_us = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self._by_us or round(old_value) == round(new_value):
            return
        seen = self.in_sight()
        if new_value >= self.max_scroll_y:
            self.following, self.cursor = True, max(0, self._count - 1)
        elif seen:
            self.following = False
            self.cursor = max(seen.start, min(self.cursor, seen.stop - 1))
        self.cursor_moved()

    def action_cursor_up(self) -> None:
        self.move_to(self.cursor - 1, follow=False)

    def action_cursor_down(self) -> None:
        self.move_to(self.cursor + 1)

    def action_page_up(self) -> None:
        self.move_to(self.cursor - self.room, follow=False)

    def action_page_down(self) -> None:
        self.move_to(self.cursor + self.room)

    def action_first(self) -> None:
        self.move_to(0, follow=False)

    def action_last(self) -> None:
        self.move_to(self._count - 1)

    def on_click(self, event: Click) -> None:
        at = event.get_content_offset(self)
        rows = self._rows()
        if at is not None and 0 <= at.y < len(rows):
            self.move_to(rows[at.y].index)

    def on_focus(self, event: Focus) -> None:
        self.refresh()

    def on_blur(self, event: Blur) -> None:
        self.refresh()

    def _fit(self) -> None:
        super()._fit()
        if self.following:
            self._to_end()
