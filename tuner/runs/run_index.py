"""All runs of a workspace, ours and other tools', read again only where their files changed.

What was read is kept in an index, so that thousands of runs are there at once the next time. The run folders are the
truth: a run whose files are not those that the index knows is read from its files.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tuner.config.sources import sources_of
from tuner.config.workspace import Workspace
from tuner.discovery.run_folders import RunFolder, RunFolders, our_folders
from tuner.discovery.summaries import signature, summarise_folder
from tuner.runs.annotations import Annotations
from tuner.runs.inert_summary import inert_summary
from tuner.runs.layout import RUN_ID
from tuner.runs.run_entries import Entry, RunEntries
from tuner.runs.run_index_kept import KeptRuns
from tuner.runs.summary import RunSummary

if TYPE_CHECKING:
    from tuner.runs.run_index_store import IndexStore

FEW = 100
"""Up to so many runs of ours are read directly, and SQLite is not even loaded, unless other tools' runs are there."""
_BATCH_SECONDS = 0.25
_REST = 20.0
"""Another tool's run is read again after so many times as long as reading it took: it is read whole each time."""
_COARSE_NS = 2 * 10**9
"""A folder changed less than so long ago is listed again: its time stamp may be too coarse to tell a second change."""

Shown = Callable[[list[RunSummary]], object]


class RunIndex:
    """The runs as they were when last looked at. For several threads.

    Args:
        workspace: its runs, other tools' below it, and those in its sources.
        store: where rows are kept; None: opened in its usual place when it is worth it.
    """

    def __init__(self, workspace: Workspace, store: IndexStore | None = None) -> None:
        self.workspace = workspace
        self.diagnostics: list[str] = []
        self._kept = KeptRuns(workspace, store)
        self._looking = threading.Lock()
        self._finding = threading.Lock()
        self._annotations = Annotations(workspace)
        self._entries = RunEntries(self._annotations.put_on)
        self._folders: RunFolders | None = None
        self._others: list[RunFolder] = []
        self._runs_changed = -1

    def runs(self) -> list[RunSummary]:
        """The runs, the last created first. The list does not change any more."""
        return self._entries.runs()

    def folder(self, run_id: str) -> RunFolder | None:
        """Where a run lies."""
        entry = self._entries.get(run_id)
        return entry.folder if entry is not None else None

    def folders(self) -> list[RunFolder]:
        """Where the runs lie."""
        return [entry.folder for entry in self._entries.all()]

    def live(self) -> list[Path]:
        """The folders of our runs that have not ended."""
        return [entry.folder.path for entry in self._entries.live() if entry.folder.is_ours]

    def lively(self) -> list[RunFolder]:
        """The runs that may change any moment: live ones, and those that changed not long ago."""
        return [entry.folder for entry in self._entries.lively()]

    def load(self) -> list[RunSummary]:
        """What was known at the last time, without a look at the runs; [] where nothing is kept."""
        self._annotated()
        if self._kept.is_open or len(_run_names(self.workspace.runs)) > FEW:
            self._take_kept()
        return self.runs()

    def scan(self, shown: Shown | None = None) -> None:
        """Look at all runs and at where there may be others.

        Args:
            shown: given all runs known so far, now and then while many are read.
        """
        self._runs_changed = _changed(self.workspace.runs)
        before = self._entries.ids(ours=True)
        ours = our_folders(self.workspace)
        self._drop(before - {folder.id for folder in ours})
        with _no_collecting():
            self._read(ours, shown)
        if shown is not None:
            shown(self.runs())
        if self._finding.acquire(blocking=False):  # else another thread walks through the folders just now
            try:
                self._find_others({folder.id for folder in ours})
                others = {folder.id for folder in self._others}
                self._drop(self._entries.ids() - self._entries.ids(ours=True) - others)
                self._read(self._others, shown)
            finally:
                self._finding.release()
        self._annotated()

    def glance(self, newest: int | None = None) -> None:
        """Look at what is likely to have changed: new and deleted runs of ours, live ones, those that just changed.

        The cost does not grow with the runs that lie still.

        Args:
            newest: read at most so many new runs; the rest waits for a scan.
        """
        asked = self.lively()
        stamp = _changed(self.workspace.runs)
        if stamp != self._runs_changed or time.time_ns() - stamp < _COARSE_NS:
            before = self._entries.ids(ours=True)
            names = _run_names(self.workspace.runs)
            self._drop(before - names)
            fresh = sorted(names - before, reverse=True)
            asked += [RunFolder(name, self.workspace.runs / name) for name in fresh[:newest]]
            if len(fresh) <= len(fresh[:newest]):
                self._runs_changed = stamp
        self._read(asked)
        self._annotated()

    def look_at(self, paths: Collection[Path]) -> None:
        """Look at the runs in these folders; one that is not known yet is added where it is ours."""
        known = {folder.path: folder for folder in self.folders()} if paths else {}
        known |= {path: RunFolder(path.name, path) for path in paths if path not in known and self._ours(path)}
        asked = [known[path] for path in paths if path in known]
        self._drop({folder.id for folder in asked if not folder.path.is_dir()})
        self._read(folder for folder in asked if folder.path.is_dir())

    def close(self) -> None:
        """Let the file of the index go. What is known stays; another look opens it again."""
        with self._finding:
            self._kept.close()

    def _ours(self, path: Path) -> bool:
        return path.parent == self.workspace.runs and RUN_ID.fullmatch(path.name) is not None

    def _read(self, folders: Iterable[RunFolder], shown: Shown | None = None) -> None:
        """Read what changed, and keep it, in batches."""
        worth: list[Entry] = []
        due = time.monotonic() + _BATCH_SECONDS
        for folder in folders:
            with self._looking:  # nobody puts an older reading over a newer one
                entry = self._fresh(folder)
                if entry is not None and self._entries.renew(entry)[1]:
                    worth.append(entry)
            if worth and time.monotonic() >= due:
                self._keep(worth)
                worth = []
                if shown is not None:
                    shown(self.runs())
                due = time.monotonic() + _BATCH_SECONDS
        self._keep(worth)

    def _fresh(self, folder: RunFolder) -> Entry | None:
        """The run as its files say; None where that is known, or it is too soon."""
        known, now = self._entries.get(folder.id), time.monotonic()
        if known is not None and known.folder == folder and now < known.not_before:
            return None
        stamp = repr(signature(folder)).encode()
        # A live run also grows stale by the mere passing of time.
        if known is not None and known.folder == folder and known.stamp == stamp and not known.run.is_live:
            return None
        run = inert_summary(summarise_folder(folder))
        rest = 0.0 if folder.is_ours else (time.monotonic() - now) * _REST
        return Entry(folder, stamp, run, now + rest)

    def _keep(self, worth: list[Entry]) -> None:
        if worth and (self._kept.is_open or self._others or len(self._entries) > FEW):
            self._kept.save(worth)

    def _drop(self, ids: Collection[str]) -> None:
        self._kept.forget(self._entries.drop(ids))

    def _find_others(self, taken: set[str]) -> None:
        """Where other tools' runs lie; when the first are found, what is kept of them is taken up."""
        sources = tuple(sources_of(self.workspace))
        if self._folders is None or self._folders.sources != sources:
            self._folders = RunFolders(self.workspace, sources)
        self._others = self._folders.others(taken)
        self.diagnostics = self._folders.diagnostics
        if self._others and not self._kept.is_open:
            self._take_kept()

    def _take_kept(self) -> None:
        with _no_collecting():
            self._entries.take(self._kept.load())

    def _annotated(self) -> None:
        if self._annotations.refresh():
            self._entries.list_anew()


def _run_names(runs: Path) -> set[str]:
    try:
        return {name for name in os.listdir(runs) if RUN_ID.fullmatch(name)}  # noqa: PTH208 - names only, of thousands
    except OSError:
        return set()


def _changed(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return -1


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Thousands of objects that stay, among which the collector would search again and again."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
