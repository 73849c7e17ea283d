"""One writer at a time in a run directory (standard library only)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def run_lock(run_dir: Path) -> Iterator[None]:
    """Hold the run directory's lock: supervisor, trainer and commands all change state.json and append events.

    The lock is flock on the directory itself, so it leaves no file and dies with its holder. It is not reentrant.
    """
    handle = os.open(run_dir, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
