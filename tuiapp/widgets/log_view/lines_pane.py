"""Log lines of which some are known, drawn one to a row or wrapped; unknown ones that come into sight are asked for."""

from __future__ import annotations

from collections.abc import Iterable

from rich.style import Style
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
        self._version = 0
        self._sight: list[tuple[Row, LogLine | None]] = []
        self._drawn: list[tuple[Row, LogLine | None]] = []
        self._made: tuple[tuple[object, ...], list[Row]] | None = None

    # What the subclass says

    def want_lines(self) -> None:
        """Lines in sight are not known."""

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

    # Drawing

    def _fit(self) -> None:
        width = self.scrollable_content_region.width
        height = self._count
        if self.wrapped and self._count:
            height += self.room - self._fitting(self._count - 1)
        self.virtual_size = Size(width, height)

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
