"""One process with all that it started, and they in turn: processor time and memory together."""

from __future__ import annotations

import time

import psutil

RESCAN = 6
"""Looks after which the tree is walked again: finding children asks about every process of the machine."""


class ProcessTree:
    """Measures from one look to the next. Memory that processes share counts once for each of them."""

    def __init__(self, pid: int) -> None:
        self._root = pid
        self._known: dict[int, psutil.Process] = {}
        self._seconds: dict[int, float] = {}
        self._looked_at: float | None = None
        self._looks = 0

    def read(self) -> tuple[float | None, int]:
        """Percent of one core since the last look (None at the first), and resident bytes. (None, 0) once it ended."""
        if self._looks % RESCAN == 0:
            self._walk()
        self._looks += 1
        now, spent, resident = time.monotonic(), 0.0, 0
        for pid, process in list(self._known.items()):
            try:
                with process.oneshot():
                    times = process.cpu_times()
                    resident += process.memory_info().rss
            except psutil.Error:  # it ended meanwhile, or belongs to somebody else now
                del self._known[pid]
                self._seconds.pop(pid, None)
                continue
            seconds = times.user + times.system
            spent += max(0.0, seconds - self._seconds.get(pid, seconds))
            self._seconds[pid] = seconds
        before, self._looked_at = self._looked_at, now
        if not self._known or before is None or now <= before:
            return None, resident
        return 100 * spent / (now - before), resident

    def _walk(self) -> None:
        try:
            root = self._known.get(self._root) or psutil.Process(self._root)
            found = [root, *root.children(recursive=True)]
        except psutil.Error:
            self._known.clear()
            return
        self._known = {p.pid: self._known.get(p.pid, p) for p in found}
