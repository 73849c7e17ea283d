"""Which runs there are and how they stand, one of them in full, and the metrics of those that are marked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from tuiapp.messages import RunsListed
from tuiapp.screens.reading.watched_run import WatchedRun
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.runs.run_index import FEW, RunIndex
from tuner.runs.summary import RunSummary

if TYPE_CHECKING:
    from tuiapp.screens.reading.overlaid import OverlaidRuns

SLOW = 2.0
"""Seconds between slow looks."""
_SHARE = 100.0
"""A look at all runs comes again after so many times as long as it took: it never takes more than a hundredth."""
_WATCHED_WHOLE = 500
"""Up to so many runs, all folders are watched; of more, those that may change."""

Post = Callable[[Message], object]


class Observer:
    """What the watching thread and the thread that follows a selection share."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.index = RunIndex(workspace)
        self._lock = threading.Lock()
        self._watched: WatchedRun | None = None
        self._overlaid: OverlaidRuns | None = None
        self._told: Sequence[RunSummary] | None = None
        self._fetched: list[Message] = []
        self._scan_due = 0.0

    def prefetch(self) -> None:
        """Read the runs, and in full the one that is watched first, before there is a screen to tell.

        Of many runs that no index knows yet only the newest are read: the others come with the first look.
        """
        with self._lock:
            self.index.load()
            self.index.glance(newest=FEW)
            if not self.index.runs():  # perhaps a folder of other tools' runs only
                self.index.scan()
            self._told = runs = self.index.runs()
            first = most_alive(runs)
            self._watched = WatchedRun(first.path, first.id) if first is not None else None
            self._fetched = [RunsListed(runs), *(self._watched.changes() if self._watched else [])]

    def prefetched(self) -> list[Message]:
        """What was read ahead; [] where nothing was, or is not ready: nobody is made to wait."""
        if not self._lock.acquire(blocking=False):
            return []
        try:
            fetched, self._fetched = self._fetched, []
            return fetched
        finally:
            self._lock.release()

    def watch(self, run_id: str | None, still: Callable[[], bool]) -> list[Message]:
        """Show a run in full from now on, unless it is no longer wanted by the time its turn has come."""
        with self._lock:
            if not still():
                return []
            if run_id is None:
                self._watched = None
                return []
            if self._watched is None or self._watched.run_id != run_id:
                folder = self.index.folder(run_id)
                self._watched = WatchedRun(folder.path if folder else self.workspace.runs / run_id, run_id)
            return self._watched.changes()

    def overlay(self, run_ids: Sequence[str]) -> list[Message]:
        """Read the metrics of these runs, and of no others; the rows that are known are not read again.

        Returns:
            One OverlayRead, with the runs in this order.
        """
        from tuiapp.screens.reading.overlaid import OverlaidRuns

        if self._overlaid is None:
            self._overlaid = OverlaidRuns(self.index)
        return self._overlaid.choose(run_ids)

    def look(self, post: Post | None = None) -> list[Message]:
        """Look at all runs.

        Args:
            post: told of the runs known so far while many are read.

        Returns:
            What changed, as messages; [] where nothing did.
        """
        begun = time.monotonic()
        self.index.scan((lambda _: self._tell(post)) if post is not None else None)
        ended = time.monotonic()
        self._scan_due = ended + max(0.0, (ended - begun) * _SHARE - SLOW)
        return self._news(watched=True)

    def slow_look(self, post: Post) -> list[Message]:
        """Look at the runs that are likely to have changed, and at all of them when it is time for that."""
        if time.monotonic() >= self._scan_due:
            return self.look(post)
        self.index.glance()
        return self._news(watched=True)

    def look_at(self, folders: Mapping[Path, bool]) -> list[Message]:
        """Look at some runs. False: only rows and log lines are new, and its summary waits for the next slow look."""
        known = {folder.path for folder in self.index.folders()}
        self.index.look_at([path for path, whole in folders.items() if whole or path not in known])
        watched = self._watched
        return self._news(watched=watched is not None and watched.run_dir in folders, overlaid=folders)

    def close(self) -> None:
        """Let the index's file go; another look opens it again."""
        self.index.close()

    def live(self) -> list[Path]:
        """The folders of our runs that have not ended."""
        return self.index.live()

    def places(self) -> tuple[frozenset[Path], frozenset[Path]]:
        """The run folders that are known, and the folders to be told of changes in, with all that lies below them.

        Of thousands of runs these are the ones that may change: more could not be watched on many machines.
        """
        known = frozenset(folder.path for folder in self.index.folders())
        runs = self.workspace.runs
        if len(known) <= _WATCHED_WHOLE:
            return known, frozenset({runs, *(path for path in known if not path.is_relative_to(runs))})
        marked = self._overlaid.paths() if self._overlaid is not None else []
        watched = [self._watched.run_dir] if self._watched is not None else []
        return known, frozenset({*(folder.path for folder in self.index.lively()), *marked, *watched})

    def _news(self, *, watched: bool, overlaid: Mapping[Path, bool] | None = None) -> list[Message]:
        with self._lock:
            messages, self._fetched = self._fetched, []
            runs = self.index.runs()
            if runs is not self._told:
                self._told = runs
                messages.append(RunsListed(runs))
            if watched and self._watched is not None:
                messages += self._watched.changes()
        if self._overlaid is not None:
            messages += self._overlaid.look(overlaid)
        return messages

    def _tell(self, post: Post) -> None:
        runs = self.index.runs()
        if runs is not self._told:
            self._told = runs
            post(RunsListed(runs))


def most_alive(runs: Sequence[RunSummary]) -> RunSummary | None:
    """The run to watch first: one that runs, else one that waits, else the newest that trained; no archived one."""
    return min(
        runs, key=lambda r: (r.archived, not r.is_live, r.state == RunState.QUEUED, r.kind != "train"), default=None
    )
