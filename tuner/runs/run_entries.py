"""The runs that are known, by id, and the list of them; for several threads at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple

from tuner.runs.layout import RUN_ID

if TYPE_CHECKING:
    from tuner.discovery.run_folders import RunFolder
    from tuner.runs.summary import RunSummary

RECENT = 60.0
"""Seconds for which a run that changed may well change again."""


class Entry(NamedTuple):
    """A run, and the stamp of its files when it was read."""

    folder: RunFolder
    stamp: bytes
    run: RunSummary
    not_before: float = 0.0
    """When it may be read again (monotonic seconds)."""


class RunEntries:
    """What is known of all runs.

    Args:
        dressed: puts on a run what is said of it elsewhere, for the list.
    """

    def __init__(self, dressed: Callable[[RunSummary], RunSummary]) -> None:
        self._dressed = dressed
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._live: set[str] = set()
        self._recent: dict[str, float] = {}
        self._listed: list[RunSummary] | None = None
        self._places: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, run_id: str) -> Entry | None:
        return self._entries.get(run_id)

    def runs(self) -> list[RunSummary]:
        """The runs, the last created first. The list is never changed, but made anew."""
        with self._lock:
            if self._listed is None:
                found = [self._dressed(entry.run) for entry in self._entries.values()]
                self._listed = sorted(found, key=_created, reverse=True)
                self._places = {run.id: i for i, run in enumerate(self._listed)}
            return self._listed

    def all(self) -> list[Entry]:
        """The entries, in no order."""
        with self._lock:
            return list(self._entries.values())

    def live(self) -> list[Entry]:
        """Those that have not ended."""
        with self._lock:
            return [self._entries[id_] for id_ in self._live]

    def lively(self) -> list[Entry]:
        """Those that may change any moment: live ones, and those that changed not long ago."""
        now = time.monotonic()
        with self._lock:
            self._recent = {id_: until for id_, until in self._recent.items() if until > now}
            return [self._entries[id_] for id_ in self._live | self._recent.keys()]

    def take(self, entries: Iterable[Entry]) -> None:
        """Add what is not known yet."""
        with self._lock:
            for entry in entries:
                if self._entries.setdefault(entry.folder.id, entry) is entry and entry.run.is_live:
                    self._live.add(entry.folder.id)
            self._listed = None

    def renew(self, entry: Entry) -> tuple[bool, bool]:
        """Put an entry in place of what was known.

        Returns:
            Whether anything is different, and whether it is worth keeping for another time: what a live run says is old
            before it is read, only that it lives is news.
        """
        with self._lock:
            known = self._entries.get(entry.folder.id)
            self._put(entry)
            worth = known is None or not entry.run.is_live or known.run.state != entry.run.state
            if known is not None and known.run == entry.run:
                return False, worth
            if known is not None:
                self._recent[entry.folder.id] = time.monotonic() + RECENT
            self._relist(known, entry.run)
            return True, worth

    def ids(self, *, ours: bool = False) -> set[str]:
        """The ids of all runs, or of ours only."""
        with self._lock:
            return {id_ for id_, entry in self._entries.items() if entry.folder.is_ours or not ours}

    def drop(self, ids: Collection[str]) -> list[Entry]:
        """Forget these; returns those that were known."""
        with self._lock:
            gone = [entry for id_ in ids if (entry := self._entries.pop(id_, None)) is not None]
            for entry in gone:
                self._live.discard(entry.folder.id)
                self._recent.pop(entry.folder.id, None)
            if gone:
                self._listed = None
            return gone

    def list_anew(self) -> None:
        """Dress every run again."""
        with self._lock:
            self._listed = None

    def _put(self, entry: Entry) -> None:
        self._entries[entry.folder.id] = entry
        (self._live.add if entry.run.is_live else self._live.discard)(entry.folder.id)

    def _relist(self, known: Entry | None, run: RunSummary) -> None:
        """A run that stays where it was needs no sorting of thousands."""
        if self._listed is None or known is None or known.run.created_at != run.created_at:
            self._listed = None
            return
        self._listed = list(self._listed)
        self._listed[self._places[run.id]] = self._dressed(run)


def _created(run: RunSummary) -> tuple[str, str]:
    """When a run was made, else what its id says of it; runs of the same moment in order of their ids."""
    if run.created_at is not None:
        return run.created_at, run.id
    at = run.id
    is_ours = RUN_ID.fullmatch(at) is not None
    return (f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[9:11]}:{at[11:13]}:{at[13:15]}" if is_ours else ""), at
