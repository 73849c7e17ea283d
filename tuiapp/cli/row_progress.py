"""A bar on stderr for what goes through rows; nothing where stderr is no terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from tuiapp.cli.output import plain
from tuiapp.formatting import duration

_WIDTH = 24
_EVERY = 0.1
"""Seconds between two drawings; the first comes only after as many, so that what is quick shows none."""


class RowProgress:
    """Told rows so far and the share that is done; a context manager that takes its line away again."""

    def __init__(self, label: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._terminal = sys.stderr.isatty()
        self._label = label
        self._clock = clock
        self._began = self._drawn = clock()
        self._dirty = False

    def __enter__(self) -> RowProgress:
        return self

    def __exit__(self, *error: object) -> None:
        if self._dirty:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __call__(self, rows: int, share: float | None) -> None:
        now = self._clock()
        if not self._terminal or now - self._drawn < _EVERY:
            return
        self._drawn = now
        self._dirty = True
        sys.stderr.write(f"\r\x1b[K{plain(self._text(rows, share, now - self._began))}")
        sys.stderr.flush()

    def _text(self, rows: int, share: float | None, elapsed: float) -> str:
        if share is None:
            return f"{self._label} · {rows:,} rows"
        full = int(_WIDTH * share)
        left = f" · {duration(elapsed * (1 - share) / share)} left" if share > 0 and elapsed > 1 else ""
        return f"{self._label} {'█' * full}{'░' * (_WIDTH - full)} {share:4.0%} · {rows:,} rows{left}"
