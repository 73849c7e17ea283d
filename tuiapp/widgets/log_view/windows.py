"""The log that is shown: its end as it grows, and windows of lines that are asked for by message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuiapp.log_messages import Counted, CountWanted, WindowRead, WindowWanted
from tuiapp.widgets.log_view.finding import FindingPane
from tuiapp.widgets.strips import Part

if TYPE_CHECKING:
    from tuiapp.messages import LogRead
    from tuner.runs.log_lines import LogLine
    from tuner.runs.log_places import Timeline
    from tuner.runs.log_reader import LogPage, LogReader

_NOTHING = "nothing was printed yet"


class WindowedPane(FindingPane):
    """Holds the lines in sight; reads none itself."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._page: LogPage | None = None
        self._timeline: Timeline = tuple
        self._last: Sequence[LogLine] = ()
        self._empty = "reading…"
        self._asked: WindowWanted | None = None
        self._counting = False

    @property
    def last_line(self) -> str:
        """The last line that is not blank."""
        return next((line.text for line in reversed(self._last) if line.text.strip()), "")

    def shows(self, log: LogReader) -> bool:
        """Whether this log is shown."""
        return self._log is log

    def on_unmount(self) -> None:
        self.end_searches()
        if self._errors is not None:
            self._errors.close()
        self._log = None

    # Showing

    def clear(self, text: str) -> None:
        """Show nothing but a text: another run is being read."""
        self.end_searches()
        self._log = self._errors = self._page = self._asked = None
        self._last, self._empty, self._counting, self.following = (), text, False, True
        self.forget()
        self.set_count(0)
        self.show_state()

    def show_log(self, read: LogRead) -> None:
        """Show a log, or what is new in the one that is shown."""
        if read.log is not self._log:
            self.clear(_NOTHING)
            self._log, self._errors = read.log, read.errors
        self._empty, self._timeline = _NOTHING, read.timeline
        self._take(read.page)
        self.go_on(self._filter, self._search)

    def _take(self, page: LogPage) -> None:
        """The log's end is this now."""
        assert self._log is not None  # pages are of a log that is shown
        known, self._page = self._page, page
        self._last = page.lines
        if known is not None and known.generation != page.generation:
            self.following = True
            self.forget()
        if self._filter is None:
            if known is not None and page.counted and not known.counted:
                self._number(page)
            if not page.counted:
                self.forget()  # places are counted from the first line that is known
            self.learn(page.first, page.lines)
            self.set_count(page.total)
            if self._search is not None:
                self.want_lines()
        if not page.counted and not self._counting:
            self._counting = True
            self.post_message(CountWanted(self._log))
        if page.counted:
            self.go_on(self._errors)
        self.show_state()

    def _number(self, page: LogPage) -> None:
        """Lines are counted now: the cursor stays on its line."""
        under = self.line_under_cursor()
        offset = self.cursor - self.scroll_offset.y
        self.forget()
        if not self.following and under is not None and self._log is not None:
            cursor = self._log.line_at(under.start)
            self.set_count(page.total)
            self.cursor = cursor
            self._scroll(max(0, cursor - offset))

    def on_counted(self, event: Counted) -> None:
        event.stop()
        if event.log is self._log:
            self._take(event.page)
            self._counting = not event.over

    # Asking for lines

    def want_lines(self) -> None:
        if self._log is None or self._asked is not None or self._page is None:
            return
        if self._filter is None and not self._page.counted:
            return
        seen = self.in_sight()
        missing = [i for i in seen if i not in self._known]
        bare = self._search is not None and any(
            i in self._known and self._known[i].text not in self._spans for i in seen
        )
        if missing or bare:
            margin = self.room
            first = max(0, seen.start - margin)
            count = min(self._count, seen.stop + margin) - first
            self._asked = WindowWanted(self._log, first, count, self._filter, self._search)
            self.post_message(self._asked)

    def on_window_read(self, event: WindowRead) -> None:
        event.stop()
        if event.asked is not self._asked:
            return
        self._asked = None
        asked, page = event.asked, event.page
        if page is None:
            return
        holds = asked.log is self._log and asked.filtered is self._filter
        if holds and self._page is not None and page.generation == self._page.generation:
            self.learn(asked.first, page.lines)
            if asked.marked is not None and asked.marked is self._search:
                self._spans |= {x.text: s for x, s in zip(page.lines, event.spans, strict=True)}
            self._fit()
            self.refresh()
            self.show_state()
            if len(page.lines) == asked.count:
                self.want_lines()  # what is in sight may have changed meanwhile
        else:
            self.want_lines()

    # Places

    def line_start(self, index: int) -> int:
        known = self._known.get(index)
        if known is not None:
            return known.start
        if self._filter is not None:
            found = self._filter.window(index, 1)
            return found[0] if found else 0
        return self._log.start_of(index) if self._log is not None else 0

    def go_to_start(self, start: int) -> None:
        if self._log is None:
            return
        place = self._log.line_at(start) if self._filter is None else self._filter.place_of(start)
        self.put_in_the_middle(place)

    def show_filtered(self, on: bool) -> None:
        """The filter's lines are shown from their end; all of them again where the cursor was."""
        under = self.line_under_cursor()
        self.forget()
        self._asked = None
        if on:
            self.following = True
            self.set_count(0)
        elif self._page is not None and self._log is not None:
            self.set_count(self._page.total)
            self.learn(self._page.first, self._page.lines)
            if under is not None and not self.following:
                self.put_in_the_middle(self._log.line_at(under.start))
        self.want_lines()

    def number_width(self) -> int:
        if self._filter is None or self._page is None:
            return 0
        return len(str(self._page.total)) + 1

    def empty_parts(self) -> list[list[Part]]:
        if self._filter is not None:
            said = "no line matches · Esc shows all" if self._filter.is_done else "filtering…"
            return [[(said, self.ink.muted)]]
        return [[(self._empty, self.ink.muted)]]
