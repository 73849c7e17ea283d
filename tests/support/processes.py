"""The processes that a test's runs have going, told by the test's own folder in their command lines."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.support.waiting import wait_for


def processes_below(folder: Path) -> list[psutil.Process]:
    """Living processes, other than this one, whose command line names something below the folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        alive = process.info["status"] != psutil.STATUS_ZOMBIE
        if alive and process.pid != os.getpid() and any(str(folder) in word for word in words):
            found.append(process)
    return found


@contextlib.contextmanager
def none_left(folder: Path) -> Iterator[None]:
    """Whatever still runs below the folder when the test is over is ended."""
    try:
        yield
    finally:
        for process in processes_below(folder):
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        wait_for(lambda: not processes_below(folder), what="the test's processes to end")


def is_gone(pid: int) -> bool:
    """Whether no process of that id lives (a zombie does not)."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
