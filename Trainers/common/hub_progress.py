"""A download as people see it: bytes and speed in the state, a way out at any moment (standard library only)."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from Trainers.common.ranks import SupervisorWatch
from Trainers.common.reporting import Reporter, say
from tuner.core.states import Phase
from tuner.runs.control import read_request

_TELL_EVERY = 1.0
_LOOK_EVERY = 0.2
_SPEED_OVER = 10.0
"""Seconds; the speed is the mean of the last ones."""


def _leave() -> None:
    os._exit(1)  # the client's threads cannot be stopped; what they have written is gone on with


class Progress:
    """Tells how much of a download is there while it goes on, and ends the process where the run is cancelled.

    Nothing is saved while a model is downloaded, so there is nothing to wait for.
    """

    def __init__(
        self,
        reporter: Reporter,
        what: str,
        total: int,
        have: Callable[[], int],
        leave: Callable[[], None] = _leave,
    ) -> None:
        """``total`` in bytes; ``have`` counts those that are there already."""
        self._reporter, self._what, self._total, self._have, self._leave = reporter, what, total, have, leave
        self._done = threading.Event()
        self._seen: deque[tuple[float, int]] = deque()
        self._supervisor = SupervisorWatch()
        self._thread = threading.Thread(target=self._watch, name="download progress", daemon=True)

    def __enter__(self) -> Self:
        self._tell()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        self._reporter.phase(Phase.PREPARING, "", progress=None, eta_seconds=None)

    def _watch(self) -> None:
        told = time.monotonic()
        while not self._done.wait(_LOOK_EVERY):
            if read_request(self._reporter.run_dir) is not None or self._supervisor.gone():
                say("stopped while downloading; what was downloaded is kept")
                self._leave()
                return
            if time.monotonic() - told >= _TELL_EVERY:
                told = time.monotonic()
                self._tell()

    def _tell(self) -> None:
        now, have = time.monotonic(), self._have()
        self._seen.append((now, have))
        while now - self._seen[0][0] > _SPEED_OVER:
            self._seen.popleft()
        began, before = self._seen[0]
        speed = (have - before) / (now - began) if now > began else 0.0
        self._reporter.phase(
            Phase.DOWNLOADING,
            f"downloading {self._what}: {of_total(have, self._total)}{f', {amount(speed)}/s' if speed > 0 else ''}",
            progress=round(min(1.0, have / self._total), 4) if self._total else None,
            eta_seconds=round((self._total - have) / speed, 1) if speed > 0 else None,
        )


def amount(size: float) -> str:
    """A number of bytes in a person's units: 14.20 GB, 3.1 MB, 812 kB."""
    if size >= 1e9:
        return f"{size / 1e9:.2f} GB"
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def of_total(have: float, total: float) -> str:
    """Bytes that are there of all, in the unit of all: 1.20/14.20 GB."""
    unit, name, digits = (1e9, "GB", 2) if total >= 1e9 else (1e6, "MB", 1) if total >= 1e6 else (1e3, "kB", 0)
    return f"{have / unit:.{digits}f}/{total / unit:.{digits}f} {name}"
