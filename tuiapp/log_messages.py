"""What the log's pane wants read, and what it is answered. It reads nothing itself: workers do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tuner.runs.log_places import Timeline
    from tuner.runs.log_reader import LogPage, LogReader
    from tuner.runs.log_search import LogSearch, PatternSearch, Spans


class Ask(StrEnum):
    """What the field below the log asks for; the value is its title."""

    SEARCH = "Search the log"
    FILTER = "Only lines that match"
    PLACE = "Go to"


@dataclass(eq=False, repr=False)
class FieldWanted(Message):
    """Somebody wants to type a pattern or a place; ``text`` stands there already."""

    ask: Ask
    text: str


@dataclass(eq=False, repr=False)
class CountWanted(Message):
    """The log's lines are to be counted to its end; answered by a Counted now and then."""

    log: LogReader


@dataclass(eq=False, repr=False)
class WindowWanted(Message):
    """Lines are to be read: of all, or of those ``filtered``; ``marked`` says where in them a search matches."""

    log: LogReader
    first: int
    count: int
    filtered: LogSearch | None
    marked: PatternSearch | None


@dataclass(eq=False, repr=False)
class SearchWanted(Message):
    """A search is to go on to the log's end; answered by a Searched now and then."""

    search: LogSearch


@dataclass(eq=False, repr=False)
class PlaceWanted(Message):
    """A place is to be found; ``asked`` where a person typed it, who is told what comes of it."""

    log: LogReader
    text: str
    timeline: Timeline
    asked: bool


@dataclass(eq=False, repr=False)
class PagerWanted(Message):
    """The log is to be opened in the pager; at a line (from 1), or at its end."""

    path: Path
    line: int | None


@dataclass(eq=False, repr=False)
class Counted(Message):
    """``page`` is the log's end as far as it is known; ``over`` where the counting has come to its end."""

    log: LogReader
    page: LogPage
    over: bool


@dataclass(eq=False, repr=False)
class WindowRead(Message):
    """The lines that were wanted, None where reading failed; ``spans`` as many, where a search was to be marked."""

    asked: WindowWanted
    page: LogPage | None = None
    spans: Sequence[Spans] = ()


@dataclass(eq=False, repr=False)
class Searched(Message):
    """A search has come so far; ``over`` where this worker has ended, ``problem`` where it cannot go on."""

    search: LogSearch
    over: bool
    problem: str = ""


@dataclass(eq=False, repr=False)
class PlaceFound(Message):
    """Where the place is, a line from 0; None where there is none. ``said`` tells more."""

    asked: PlaceWanted
    line: int | None = None
    said: str = ""
