"""The watching thread: files changed → look → messages. A slow look of its own catches what no event tells."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from tuiapp.screens.reading.around import AroundWatch
from tuiapp.screens.reading.observer import SLOW, Observer, Post
from tuiapp.screens.surroundings import Surroundings
from tuner.runs.layout import RUN_ID

_STEP_MS, _DEBOUNCE_MS = 30, 60
_EMPTY = 0.5
"""Seconds between looks while there is nothing to watch."""
_QUIET = frozenset({"heartbeat"})
"""Files whose change says nothing to show."""

log = logging.getLogger(__name__)


def keep_watching(observer: Observer, surroundings: Surroundings, post: Post, stop: threading.Event) -> None:
    """Watch until ``stop`` is set. Nothing that goes wrong with one look ends it."""
    around = AroundWatch(surroundings.disk_free, surroundings.machine)
    emptied = False
    for folders in _rounds(observer, stop):
        try:
            if folders is None:
                _reconcile(observer)
            for message in observer.slow_look(post) if folders is None else observer.look_at(folders):
                post(message)
            if folders is None:
                for message in around.look(observer.live()):
                    post(message)
            if not emptied:
                emptied = True
                _empty_trash(observer)
        except OSError:  # a folder that goes while it is read; the next look sees what is left
            log.warning("looking at the runs failed", exc_info=True)


def _rounds(observer: Observer, stop: threading.Event) -> Iterator[dict[Path, bool] | None]:
    """The run folders that changed, each time some did, as ``touched`` gives them; None when a slow look is due."""
    while not stop.is_set():
        yield None
        there = _there(observer)
        if not there:
            stop.wait(_EMPTY)
            continue
        try:
            yield from _until_others(observer, there, stop)
        except FileNotFoundError:  # a folder went just then
            stop.wait(_EMPTY)
        except (OSError, RuntimeError):  # no watches left on this machine: slow looks have to do
            log.warning("file watching is not available", exc_info=True)
            while not stop.wait(SLOW / 2):
                yield None


def _until_others(observer: Observer, there: list[str], stop: threading.Event) -> Iterator[dict[Path, bool] | None]:
    """Watch these folders until others are to be watched."""
    from watchfiles import watch  # not before the first look is told

    due = time.monotonic() + SLOW
    for changes in watch(
        *there,
        watch_filter=None,
        step=_STEP_MS,
        debounce=_DEBOUNCE_MS,
        stop_event=stop,
        rust_timeout=int(SLOW * 1000),
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        if changes:
            found = touched(observer.workspace.runs, observer.places()[0], (path for _, path in changes))
            if found:
                yield found
        if time.monotonic() >= due:
            due = time.monotonic() + SLOW
            yield None
        if stop.is_set() or there != _there(observer):
            return


def _there(observer: Observer) -> list[str]:
    """The folders to be watched, as far as they exist; where a name is no UTF-8, slow looks have to do."""
    return sorted(str(path) for path in observer.places()[1] if path.is_dir() and _is_text(str(path)))


def _is_text(path: str) -> bool:
    try:
        return bool(path.encode())
    except UnicodeEncodeError:
        return False


def touched(runs: Path, known: Set[Path], paths: Iterable[str]) -> dict[Path, bool]:
    """The run folders that the paths lie in; False where nothing but metric rows and log lines were written.

    Args:
        runs: where ours lie; one that is not known yet counts, too.
        known: the run folders, ours and other tools'.
    """
    found: dict[Path, bool] = {}
    for text in paths:
        path = Path(text)
        if path.name in _QUIET:
            continue
        inner = path.relative_to(runs).parts if path.is_relative_to(runs) else ()
        if inner and RUN_ID.fullmatch(inner[0]):
            rows = len(inner) > 1 and (inner[1] == "logs" or inner[-1] == "console.log")
            folder = runs / inner[0]
            found[folder] = found.get(folder, False) or not rows
            continue
        other = next((p for p in (path, *path.parents) if p in known), None)
        if other is not None:  # another tool's run is read whole each time: that waits for the slow look
            found[other] = False
    return found


def _reconcile(observer: Observer) -> None:
    """Notice runs whose supervisor died; the state they get is read by the look that follows."""
    live = observer.live()
    if not live:
        return
    from tuner.jobs.reconcile import reconcile_run

    for run_dir in live:
        reconcile_run(run_dir)


def _empty_trash(observer: Observer) -> None:
    """Remove for good what was deleted long ago."""
    if (observer.workspace.hidden / "trash").is_dir():
        from tuner.runs.trash import purge

        purge(observer.workspace)
