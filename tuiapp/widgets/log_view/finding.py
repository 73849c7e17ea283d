"""Searching and filtering the log, and going to its errors: jumps wait for a search that has not come so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.actions import SkipAction

from tuiapp.log_messages import Ask, FieldWanted, Searched, SearchWanted
from tuiapp.messages import Refused, Told
from tuiapp.widgets.log_view.cursor_pane import LogCursorPane

if TYPE_CHECKING:
    from tuner.runs.log_reader import LogReader
    from tuner.runs.log_search import ErrorSearch, LogSearch, PatternSearch


class FindingPane(LogCursorPane):
    """The searches of one log. Searching itself is done by workers."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._log: LogReader | None = None
        self._errors: ErrorSearch | None = None
        self._search: PatternSearch | None = None
        self._filter: PatternSearch | None = None
        self._jump: tuple[LogSearch, int] | None = None
        """A jump (1 forth, -1 back) that waits for its search."""
        self._busy: set[LogSearch] = set()

    # What the subclass says

    def show_state(self) -> None:
        """Tell in the border how it stands."""

    def show_filtered(self, on: bool) -> None:
        """Show the filter's lines, or all again."""

    def line_start(self, index: int) -> int:
        """Where the line at a place of the pane begins."""
        raise NotImplementedError

    def go_to_start(self, start: int) -> None:
        """Go to the line that begins at an offset."""
        raise NotImplementedError

    # Asking

    def action_ask_search(self) -> None:
        self.post_message(FieldWanted(Ask.SEARCH, self._search.text if self._search else ""))

    def action_ask_filter(self) -> None:
        self.post_message(FieldWanted(Ask.FILTER, self._filter.text if self._filter else ""))

    def begin(self, ask: Ask, text: str) -> str:
        """Search or filter by a pattern; returns what is wrong with it, "" where nothing is."""
        from tuner.runs.log_match import PatternError
        from tuner.runs.log_search import PatternSearch

        if self._log is None:
            return "there is no log yet"
        if not text:
            self._end(ask)
            return ""
        try:
            search = PatternSearch(self._log, text)
        except PatternError as error:
            return str(error)
        self._end(ask)
        if ask is Ask.FILTER:
            self._filter = search
            self.show_filtered(True)
        else:
            self._search = search
            self._jump = (search, -1 if self.following else 1)
        self.go_on(search)
        self.show_state()
        return ""

    def action_leave_log(self) -> None:
        """End the filter, else the search; else Escape is for others."""
        if self._filter is not None:
            self._end(Ask.FILTER)
        elif self._search is not None:
            self._end(Ask.SEARCH)
        else:
            raise SkipAction
        self.show_state()

    def end_searches(self) -> None:
        """End all of them: another log is shown."""
        for search in (self._search, self._filter):
            if search is not None:
                search.close()
        self._search = self._filter = self._jump = None
        self._spans = {}
        self._busy.clear()

    def _end(self, ask: Ask) -> None:
        if ask is Ask.FILTER and self._filter is not None:
            gone, self._filter = self._filter, None
            gone.close()
            self.show_filtered(False)
        elif ask is Ask.SEARCH and self._search is not None:
            self._search.close()
            self._search, self._jump, self._spans = None, None, {}
            self.refresh()

    # Going on

    def go_on(self, *searches: LogSearch | None) -> None:
        """Let searches go on to the log's end, each by one worker at a time."""
        for search in searches:
            if search is not None and search not in self._busy and not search.is_done:
                self._busy.add(search)
                self.post_message(SearchWanted(search))

    def on_searched(self, event: Searched) -> None:
        event.stop()
        search = event.search
        if search not in (self._search, self._filter, self._errors):
            return
        if event.over:
            self._busy.discard(search)
        if event.problem:
            self.post_message(Refused(event.problem))
            self._jump = None
            self._end(Ask.FILTER if search is self._filter else Ask.SEARCH)
        elif event.over:
            self.go_on(search)
        if search is self._filter:
            self.forget(max(0, len(search) - 2))  # the last line may read differently, or match no more
            self.set_count(len(search))
            self.want_lines()
        if search is self._search:
            self.want_lines()
        self._try_to_jump()
        self.show_state()

    # Jumping

    def action_next_match(self) -> None:
        self._jump_in(self._search, 1)

    def action_previous_match(self) -> None:
        self._jump_in(self._search, -1)

    def action_next_error(self) -> None:
        self._jump_in(self._errors, 1)

    def action_previous_error(self) -> None:
        self._jump_in(self._errors, -1)

    def _jump_in(self, search: LogSearch | None, way: int) -> None:
        if search is None:
            if search is self._errors:
                self.post_message(Told("there is no log yet"))
            else:
                self.action_ask_search()
            return
        self._jump = (search, way)
        self.go_on(search)
        self._try_to_jump()

    def _try_to_jump(self) -> None:
        if self._jump is None:
            return
        search, way = self._jump
        over = search.is_done or search not in self._busy
        here = self.line_start(self.cursor) if self._count else 0
        if way > 0:
            at = search.place_of(here + 1)
            if at >= len(search) and not over:
                return
            wrapped = at >= len(search)
            at = 0 if wrapped else at
        else:
            if not over:
                return
            # Where the end is followed, the line at the end counts too.
            at = search.place_of(here + 1 if self.following else here) - 1
            wrapped = at < 0
            at = len(search) - 1 if wrapped else at
        self._jump = None
        found = search.window(at, 1)
        if not found:
            what = "no error line" if search is self._errors else "no line matches"
            self.post_message(Refused(f"{what} in this log"))
            return
        if wrapped and not self.following:
            self.post_message(Told("from the beginning again" if way > 0 else "from the end again"))
        self.go_to_start(found[0])
