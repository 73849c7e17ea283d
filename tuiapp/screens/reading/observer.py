"""Which runs there are and how they stand, read again only where their files changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from textual.message import Message

from tuiapp.messages import RunsListed
from tuiapp.screens.reading.watched_run import WatchedRun
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.runs.layout import RUN_ID, RunPaths
from tuner.runs.summary import RunSummary, summarise
from tuner.runs.text_tail import inert

Signature = tuple[int, ...]


class Observer:
    """What the watching thread and the thread that follows a selection share; one lock guards it all."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._lock = threading.Lock()
        self._runs: dict[str, RunSummary] = {}
        self._signatures: dict[str, Signature] = {}
        self._watched: WatchedRun | None = None
        self._told = False
        self._fetched: list[Message] = []

    def prefetch(self) -> None:
        """Read the runs, and in full the one that is watched first, before there is a screen to tell."""
        with self._lock:
            for name in self._names():
                self._read(name)
            runs = self._listed()
            first = most_alive(runs)
            self._watched = WatchedRun(first.path) if first is not None else None
            self._fetched = [RunsListed(runs), *(self._watched.changes() if self._watched else [])]
            self._told = True

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
            if self._watched is None or self._watched.run_dir.name != run_id:
                self._watched = WatchedRun(self.workspace.runs / run_id)
            return self._watched.changes()

    def look(self) -> list[Message]:
        """Look at all runs.

        Returns:
            What changed, as messages; [] where nothing did.
        """
        return self._look(dict.fromkeys(self._names(), True))

    def look_at(self, names: Mapping[str, bool]) -> list[Message]:
        """Look at some runs. False: only rows and log lines are new, and its summary waits for the next slow look."""
        return self._look(names)

    def _look(self, names: Mapping[str, bool]) -> list[Message]:
        with self._lock:
            present = self._names()
            gone = set(self._runs) - present
            for name in gone:
                del self._runs[name], self._signatures[name]
            changed = bool(gone)
            asked = {name for name, whole in names.items() if whole}
            for name in sorted(present & asked | present - set(self._runs), reverse=True):
                changed |= self._read(name)
            messages, self._fetched = self._fetched, []
            if changed or not self._told:
                self._told = True
                messages.append(RunsListed(self._listed()))
            if self._watched is not None and self._watched.run_dir.name in names:
                messages += self._watched.changes()
            return messages

    def live(self) -> list[Path]:
        """The folders of runs that have not ended."""
        with self._lock:
            return [r.path for r in self._runs.values() if r.is_live]

    def _listed(self) -> list[RunSummary]:
        return [self._runs[n] for n in sorted(self._runs, reverse=True)]

    def _names(self) -> set[str]:
        try:
            return {p.name for p in self.workspace.runs.iterdir() if RUN_ID.fullmatch(p.name)}
        except OSError:
            return set()

    def _read(self, name: str) -> bool:
        path = self.workspace.runs / name
        signature = _signature(path)
        known = self._runs.get(name)
        # A live run also grows stale by the mere passing of time.
        if known is not None and not known.is_live and self._signatures.get(name) == signature:
            return False
        fresh = _inert(summarise(path))
        self._signatures[name] = signature
        if known == fresh:
            return False
        self._runs[name] = fresh
        return True


def most_alive(runs: Sequence[RunSummary]) -> RunSummary | None:
    """The run to watch first: one that runs, else one that waits, else the newest that trained."""
    return min(runs, key=lambda r: (not r.is_live, r.state == RunState.QUEUED, r.kind != "train"), default=None)


def _signature(run_dir: Path) -> Signature:
    paths = RunPaths(run_dir)
    stamps: list[int] = []
    for path in (paths.state, paths.manifest, *paths.metric_files()[-1:]):
        try:
            stat = path.stat()
        except OSError:
            stamps.append(0)
        else:
            stamps += (stat.st_mtime_ns, stat.st_size)
    return tuple(stamps)


def _inert(run: RunSummary) -> RunSummary:
    """The summary with every text that a file could have made up stripped of control characters."""
    error = {k: inert(v) if isinstance(v, str) else v for k, v in run.error.items()} if run.error else run.error
    best = {k: inert(v) if isinstance(v, str) else v for k, v in run.best.items()} if run.best else run.best
    return replace(
        run,
        name=inert(run.name) or run.id,
        kind=inert(run.kind),
        objective=_or_none(run.objective),
        method=_or_none(run.method),
        backend=_or_none(run.backend),
        model=_or_none(run.model),
        dataset=_or_none(run.dataset),
        phase=_or_none(run.phase),
        message=inert(run.message),
        metrics={inert(k): v for k, v in run.metrics.items()},
        error=error,
        best=best,
        parent=_or_none(run.parent),
        tags=[inert(t) for t in run.tags],
        stale_seconds=_whole_minutes(run.stale_seconds),
    )


def _or_none(text: str | None) -> str | None:
    return inert(text) if text is not None else None


def _whole_minutes(seconds: float | None) -> float | None:
    """How long a run has been silent, as it is told: so that nothing is drawn again while it reads the same."""
    return seconds if seconds is None else max(30.0, seconds // 60 * 60)
