"""What workers do for the log's pane; each job ends in messages to it."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.message import Message

from tuiapp.screens.reading.log_requests import (
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
    if wanted.filtered is None:
        page = wanted.log.window(wanted.first, wanted.count)
    else:
        starts = wanted.filtered.window(wanted.first, wanted.count)
        page = wanted.log.lines_from(starts, wanted.first, len(wanted.filtered))
    spans = wanted.marked.spans([line.text for line in page.lines]) if wanted.marked is not None else []
    post(WindowRead(wanted, page, spans))


def search(wanted: SearchWanted, post: Post) -> None:
    """Let a search go on to the log's end."""
    told = time.monotonic()

    def tell() -> None:
        nonlocal told
        if time.monotonic() - told >= _TOLD:
            told = time.monotonic()
            post(Searched(wanted.search, over=False))

    try:
        wanted.search.advance(tell)
    except SearchFailed as error:
        post(Searched(wanted.search, over=True, problem=str(error)))
    else:
        post(Searched(wanted.search, over=True))


def find(wanted: PlaceWanted, post: Post) -> None:
    """Find a place; all lines are counted first."""
    try:
        place = parse_place(wanted.text)
        while wanted.log.advance():
            pass
        line, said = find_place(wanted.log, place, wanted.timeline)
    except PlaceError as error:
        post(PlaceFound(wanted, None, str(error)))
    else:
        post(PlaceFound(wanted, line, said))
