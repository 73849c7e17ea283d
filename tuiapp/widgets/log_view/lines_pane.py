"""Log lines under a cursor: those in sight are asked for, the end is followed unless somebody moved away from it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.style import Style
from textual.events import Blur, Click, Focus
from textual.geometry import Size
from textual.strip import Strip

from tuiapp.widgets.log_view.rows import Row, cut, fitting_before, marked, rows_from
from tuiapp.widgets.pane import LinePane
from tuiapp.widgets.strips import Part, base_of, line
from tuner.runs.log_lines import LogLine
from tuner.runs.log_search import Spans

_KEPT = 4000
_NOT_YET = "…"
_MARK = Style(reverse=True)


class LogLinesPane(LinePane):
    """``_count`` lines, some of them known. Whoever subclasses it asks for the others when ``want_lines`` is called."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.following = True
        """Whether the end is shown, whatever is added."""
        self.wrapped = False
        self.cursor = 0
        self._known: dict[int, LogLine] = {}
        self._spans: dict[str, Spans] = {}
        self._by_us = False
        self._version = 0
        self._sight: list[tuple[Row, LogLine | None]] = []
        self._drawn: list[tuple[Row, LogLine | None]] = []
        self._made: tuple[tuple[object, ...], list[Row]] | None = None

    # What the subclass says

    def want_lines(self) -> None:
        """Lines in sight are not known."""

    def cursor_moved(self) -> None:
        """Somebody moved the cursor, or follows the end again."""

    def number_width(self) -> int:
        """Cells for line numbers; 0 for none."""
        return 0

    # Lines

    def line_under_cursor(self) -> LogLine | None:
        """The line under the cursor, where it is known."""
        return self._known.get(self.cursor)

    def learn(self, first: int, lines: Iterable[LogLine]) -> None:
        """Know these lines, from ``first`` on."""
        self._version += 1
        for index, log_line in enumerate(lines, first):
            self._known[index] = log_line
        if len(self._known) > _KEPT:
            near = range(self.scroll_offset.y - _KEPT // 4, self.scroll_offset.y + _KEPT // 4)
            tail = self._count - _KEPT // 8
            self._known = {i: x for i, x in self._known.items() if i in near or i >= tail}

    def forget(self, from_index: int = 0) -> None:
        """Know no lines from there on."""
        self._version += 1
        self._known = {i: x for i, x in self._known.items() if i < from_index} if from_index else {}

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

    def _redraw(self) -> None:
        """Draw again, where the lines in sight are others or read differently."""
        if not self._rows() or self._sight != self._drawn:
            self.refresh()

    def in_sight(self) -> range:
        """The lines in sight."""
        top = self.scroll_offset.y
        if not self.wrapped:
            return range(top, min(self._count, top + self.room))
        rows = self._rows()
        return range(top, rows[-1].index + 1) if rows else range(0)

    @property
    def below(self) -> int:
        """Lines below those in sight."""
        seen = self.in_sight()
        return max(0, self._count - seen.stop) if seen else 0

    # Moving

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

    # Drawing

    def _fit(self) -> None:
        width = self.scrollable_content_region.width
        height = self._count
        if self.wrapped and self._count:
            height += self.room - self._fitting(self._count - 1)
        self.virtual_size = Size(width, height)
        if self.following:
            self._to_end()

    def _text(self, index: int) -> str:
        known = self._known.get(index)
        return known.text if known is not None else _NOT_YET

    def _text_width(self) -> int:
        return max(8, self.scrollable_content_region.width - self.number_width())

    def _fitting(self, last: int) -> int:
        return fitting_before(last, self.room, self._text_width(), self._text)

    def _rows(self) -> list[Row]:
        top, width = self.scroll_offset.y, self._text_width()
        key = (top, width, self.room, self._count, self.wrapped, self._version)
        if self._made is None or self._made[0] != key:
            if self.wrapped:
                rows = rows_from(top, self._count, self.room, width, self._text)
            else:
                rows = [Row(i, 0, cut(self._text(i), width)) for i in range(top, min(self._count, top + self.room))]
            self._made = (key, rows)
            self._sight = [(row, self._known.get(row.index)) for row in rows]
            if any(row.index not in self._known for row in rows):
                self.call_later(self.want_lines)
        return self._made[1]

    def over(self, index: int) -> Style | None:
        if index != self.cursor or self.following:
            return None
        return self.ink.cursor if self.has_focus else self.ink.blurred_cursor

    def render_line(self, y: int) -> Strip:
        if self._count == 0:
            return super().render_line(y)
        width, base = self.scrollable_content_region.width, base_of(self)
        rows = self._rows()
        self._drawn = self._sight
        if y >= len(rows):
            return Strip.blank(width, base)
        return line(self._parts(rows[y]), width, base, over=self.over(rows[y].index))

    def _parts(self, row: Row) -> list[Part]:
        ink, known = self.ink, self._known.get(row.index)
        if known is None:
            return [(_NOT_YET, ink.faint)]
        parts: list[Part] = []
        if self.number_width():
            number = f"{known.number + 1} " if row.begin == 0 else ""
            parts.append((number.rjust(self.number_width()), ink.faint))
        style = ink.bad if known.is_error else ink.text
        parts += marked(known.text, row.begin, row.end, style, self._spans.get(known.text, []), ink.accent + _MARK)
        if not self.wrapped and row.end < len(known.text):
            parts.append(("…", ink.muted))
        return parts
