"""What workers do for the log's pane; each job ends in messages to it."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.message import Message

from tuiapp.log_messages import (
    Counted,
    CountWanted,
    PlaceFound,
    PlaceWanted,
    Searched,
    SearchWanted,
    WindowRead,
    WindowWanted,
)
from tuiapp.screens.reading.watched_log import TAIL
from tuner.runs.log_places import PlaceError, find_place, parse_place
from tuner.runs.log_search import SearchFailed

_TOLD = 0.15
"""Seconds between two words on how far it has come."""

Post = Callable[[Message], object]
Still = Callable[[], bool]


def count(wanted: CountWanted, post: Post, still: Still) -> None:
    """Count the log's lines, as long as ``still`` says that somebody wants to know."""
    told = time.monotonic()
    while still() and wanted.log.advance():
        if time.monotonic() - told >= _TOLD:
            told = time.monotonic()
            post(Counted(wanted.log, wanted.log.tail(TAIL), over=False))
    post(Counted(wanted.log, wanted.log.tail(TAIL), over=True))


def read_window(wanted: WindowWanted, post: Post) -> None:
    """Read lines, and mark matches in them."""
    read = WindowRead(wanted)
    try:
        if wanted.filtered is None:
            page = wanted.log.window(wanted.first, wanted.count)
        else:
            starts = wanted.filtered.window(wanted.first, wanted.count)
            page = wanted.log.lines_from(starts, wanted.first, len(wanted.filtered))
        if wanted.marked is not None:
            read.spans = wanted.marked.spans([line.text for line in page.lines])
        read.page = page
    finally:
        post(read)


def search(wanted: SearchWanted, post: Post) -> None:
    """Let a search go on to the log's end."""
    told = time.monotonic()

    def tell() -> None:
        nonlocal told
        if time.monotonic() - told >= _TOLD:
            told = time.monotonic()
            post(Searched(wanted.search, over=False))

    over = Searched(wanted.search, over=True)
    try:
        wanted.search.advance(tell)
    except SearchFailed as error:
        over.problem = str(error)
    finally:  # the pane asks for nothing more before it has heard of this
        post(over)


def find(wanted: PlaceWanted, post: Post) -> None:
    """Find a place; all lines are counted first."""
    found = PlaceFound(wanted)
    try:
        place = parse_place(wanted.text)
        while wanted.log.advance():
            pass
        found.line, found.said = find_place(wanted.log, place, wanted.timeline)
    except PlaceError as error:
        found.said = str(error)
    finally:
        post(found)
