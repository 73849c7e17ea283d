"""The watching thread: files changed → look → messages. A slow look of its own catches what no event tells."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from textual.message import Message

from tuiapp.screens.reading.around import AroundWatch
from tuiapp.screens.reading.observer import Observer
from tuiapp.screens.surroundings import Surroundings

SLOW = 2.0
"""Seconds between slow looks."""
_STEP_MS, _DEBOUNCE_MS = 30, 60
_QUIET = frozenset({"heartbeat"})
"""Files whose change says nothing to show."""

Post = Callable[[Message], object]

log = logging.getLogger(__name__)


def keep_watching(observer: Observer, surroundings: Surroundings, post: Post, stop: threading.Event) -> None:
    """Watch until ``stop`` is set. Nothing that goes wrong with one look ends it."""
    around = AroundWatch(surroundings.disk_free, surroundings.machine)
    while not stop.is_set():
        for names in _rounds(observer.workspace.runs, stop):
            try:
                if names is None:
                    _reconcile(observer)
                for message in observer.look() if names is None else observer.look_at(names):
                    post(message)
                if names is None:
                    for message in around.look(observer.live()):
                        post(message)
            except OSError:  # a folder that goes while it is read; the next look sees what is left
                log.warning("looking at the runs failed", exc_info=True)
            if stop.is_set():
                return


def _rounds(runs: Path, stop: threading.Event) -> Iterator[dict[str, bool] | None]:
    """The runs that changed, each time some did, as ``_names`` gives them; None when it is time for a slow look."""
    if not runs.is_dir():
        yield None
        stop.wait(0.5)
        return
    due = time.monotonic() + SLOW
    yield None
    from watchfiles import watch  # not before the first look is told

    try:
        for changes in watch(
            runs,
            watch_filter=None,
            step=_STEP_MS,
            debounce=_DEBOUNCE_MS,
            stop_event=stop,
            rust_timeout=int(SLOW * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            names = _names(runs, (path for _, path in changes))
            if names:
                yield names
            if time.monotonic() >= due:
                due = time.monotonic() + SLOW
                yield None
            if not runs.is_dir():
                return
    except (OSError, RuntimeError):  # no watches left on this machine: slow looks have to do
        log.warning("file watching is not available", exc_info=True)
        while not stop.wait(SLOW / 2):
            yield None


def _names(runs: Path, paths: Iterable[str]) -> dict[str, bool]:
    """The runs that the paths lie in; False where nothing but metric rows and log lines were written."""
    depth = len(runs.parts)
    found: dict[str, bool] = {}
    for path in paths:
        parts = Path(path).parts[depth:]
        if parts and parts[-1] not in _QUIET:
            inner = len(parts) > 1 and (parts[1] == "logs" or parts[-1] == "console.log")
            found[parts[0]] = found.get(parts[0], False) or not inner
    return found


def _reconcile(observer: Observer) -> None:
    """Notice runs whose supervisor died; the state they get is read by the look that follows."""
    live = observer.live()
    if not live:
        return
    from tuner.jobs.reconcile import reconcile_run

    for run_dir in live:
        reconcile_run(run_dir)
