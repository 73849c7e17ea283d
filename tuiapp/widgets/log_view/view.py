"""The log's pane: follows the end, unless somebody moved away from it; searched, filtered, gone through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from tuiapp.actions import Where
from tuiapp.log_messages import (
    Ask,
    FieldWanted,
    PagerWanted,
    PlaceFound,
    PlaceWanted,
)
from tuiapp.messages import Refused, Told
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.log_view.windows import WindowedPane

if TYPE_CHECKING:
    from tuner.runs.log_reader import LogPage


class LogView(WindowedPane):
    """Lines as they came, inert; what can be done to them, and the border that says how it stands."""

    BINDINGS = bindings_for(Where.LOG)

    @dataclass(eq=False, repr=False)
    class CursorMoved(Message):
        """The line under the cursor names this step; None where it names none, or the end is followed."""

        step: int | None

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._quiet = self._seeking = False
        self._next_step: int | None = None

    # Places

    def go_to_step(self, step: int) -> None:
        """Go to the line of a training step, without a word where there is none. Of many steps the last one counts."""
        self._next_step = step
        if not self._seeking:
            self._seek()

    def _seek(self) -> None:
        step, self._next_step = self._next_step, None
        self._seeking = step is not None and self._log is not None
        if self._seeking:
            self._find(f"step {step}", asked=False)

    def begin(self, ask: Ask, text: str) -> str:
        if ask is not Ask.PLACE:
            return super().begin(ask, text)
        from tuner.runs.log_places import PlaceError, parse_place

        if self._log is None:
            return "there is no log yet"
        try:
            parse_place(text)
        except PlaceError as error:
            return str(error)
        self._find(text, asked=True)
        return ""

    def _find(self, text: str, *, asked: bool) -> None:
        if self._log is not None:
            self.post_message(PlaceWanted(self._log, text, self._timeline, asked))

    def on_place_found(self, event: PlaceFound) -> None:
        event.stop()
        if not event.asked.asked:
            self._seek()
        if event.asked.log is not self._log or self._log is None:
            return
        if event.asked.asked and event.said:
            self.post_message(Told(event.said) if event.line is not None else Refused(event.said))
        if event.line is not None:
            self._quiet = not event.asked.asked
            self.go_to_start(self._log.start_of(event.line))
            self._quiet = False

    def cursor_moved(self) -> None:
        self.want_lines()
        self.show_state()
        under = None if self.following else self.line_under_cursor()
        if not self._quiet:
            self.post_message(self.CursorMoved(under.step if under is not None else None))

    # Other actions

    def action_ask_place(self) -> None:
        self.post_message(FieldWanted(Ask.PLACE, ""))

    def action_wrap(self) -> None:
        self.wrapped = not self.wrapped
        self._fit()
        self.move_to(self.cursor, follow=self.following)
        self.refresh()

    def action_open_pager(self) -> None:
        if self._log is None or not self._log.size:
            self.post_message(Told("the log is empty"))
            return
        under = None if self.following else self.line_under_cursor()
        self.post_message(PagerWanted(self._log.path, under.number + 1 if under is not None else None))

    def action_copy_line(self) -> None:
        from tuiapp.app import TunerApp

        under = self.line_under_cursor()
        if isinstance(self.app, TunerApp):
            self.app.copy_text(under.text if under is not None else "")

    # The border

    def show_state(self) -> None:
        if not self.is_attached or self._page is None or not self._page.size:
            self.set_title("Log", "")
            return
        page, told = self._page, ["Log"]
        below = f"+{_count(self.below, True, 'line')}" if self.below else "paused"
        told.append("following" if self.following else f"{below} · End follows")
        if not page.counted:
            told.append(f"counting {page.indexed / max(1, page.size):.0%}")
        errors = len(self._errors) if self._errors is not None else 0
        if page.counted and page.first == 0:
            errors = sum(line.is_error for line in page.lines)  # at once, where it is all of the log
        if errors:
            told.append(f"{errors:,} error line{'s' if errors != 1 else ''}")
        self.set_title(" · ".join(told), " · ".join(self._facts(page)))

    def _facts(self, page: LogPage) -> list[str]:
        facts = [page.notice] if page.notice else []
        if self._filter is not None:
            facts.append(f"& {_short(self._filter.text)}: {_count(len(self._filter), self._filter.is_done, 'line')}")
        if self._search is not None:
            known = len(self._search)
            at = self._search.place_of(self.line_start(self.cursor)) if self._count else 0
            of = f"{at + 1:,} of " if not self.following and self._is_match(at) else ""
            facts.append(f"/ {_short(self._search.text)}: {of}{_count(known, self._search.is_done, 'line')}")
        under = self.line_under_cursor()
        if not self.following and under is not None and under.number >= 0:
            facts.append(f"line {under.number + 1:,} of {page.total:,}")
        return facts

    def _is_match(self, at: int) -> bool:
        found = self._search.window(at, 1) if self._search is not None else ()
        return bool(found) and found[0] == self.line_start(self.cursor)


def _count(number: int, over: bool, what: str) -> str:
    return f"{number:,}{'' if over else '+'} {what}{'' if number == 1 else 's'}"


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:23] + "…"
