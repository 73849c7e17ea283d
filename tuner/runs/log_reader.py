"""A run's log for whoever shows it: the last screenful at once, any window by line number once lines are counted."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuner.runs.log_file import Change, LogFile
from tuner.runs.log_index import LineIndex
from tuner.runs.log_lines import LogLine, make_line, read_raw
from tuner.runs.log_tail import tail_bounds
from tuner.runs.text_tail import inert

BLOCK = 2 << 20
EAGER = 1 << 20
"""Bytes that are indexed while somebody waits; more are left to ``advance``."""
_KEPT = 600
"""Lines kept as they were made, so that a growing log costs only its new lines."""


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some lines that stand together. ``first`` is the first one's place in what is shown, ``total`` how many there
    are: of the whole log where ``counted``, else only of its end. ``generation`` counts how often it began anew."""

    lines: Sequence[LogLine]
    first: int
    total: int
    counted: bool
    size: int
    indexed: int
    generation: int
    notice: str = ""


class LogReader:
    """Safe for several threads: each call holds the lock for one block or one window at most."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._file = LogFile(path)
        self._index = LineIndex()
        self._kept: dict[tuple[int, int], LogLine] = {}
        self._held = 0
        """Bytes at the end that are not taken yet: an escape that may go on."""
        self._generation = 0
        self._notice = ""

    @property
    def generation(self) -> int:
        """How often the log began anew."""
        return self._generation

    @property
    def size(self) -> int:
        """Bytes at the last look."""
        return self._file.size

    @property
    def is_counted(self) -> bool:
        """Whether all lines are counted."""
        return self._file.size - self._index.done <= self._held

    def refresh(self) -> bool:
        """Look at the file, and count the new lines where they are not many; returns whether anything changed."""
        with self._lock:
            change = self._file.look()
            if change is Change.NONE:
                return False
            if change.anew:
                self._generation += 1
                self._notice = change.value
                if change is Change.ROTATED:
                    self._notice += f"; see {inert(self._file.earlier()[0].name)}"
                self._index, self._held = LineIndex(), 0
                self._kept.clear()
            if self._file.size - self._index.done <= EAGER:
                self.advance()
            return True

    def advance(self) -> bool:
        """Count the lines of one block more; returns whether more are left."""
        with self._lock:
            left = self._file.size - self._index.done
            data = self._file.read(self._index.done, min(BLOCK, left)) if left > 0 else b""
            taken = self._index.extend(data)
            self._held = len(data) - taken if len(data) >= left else 0
            if not taken:
                return False
            return not self.is_counted

    def tail(self, count: int) -> LogPage:
        """The last lines."""
        with self._lock:
            if self.is_counted:
                total = self._index.count
                return self.window(max(0, total - count), count)
            bounds = tail_bounds(self._file, count)
            return self._page(self._made(bounds, [-1] * len(bounds)), 0, len(bounds))

    def window(self, first: int, count: int) -> LogPage:
        """Lines by number; fewer where there are no more."""
        with self._lock:
            total = self._index.count
            numbers = range(max(0, first), min(first + count, total))
            lines = self._made([self._index.bounds(n) for n in numbers], numbers)
            return self._page(lines, numbers.start, total)

    def lines_from(self, starts: Sequence[int], first: int, total: int) -> LogPage:
        """The lines that begin at these offsets: a window of those a filter has found."""
        with self._lock:
            numbers = sorted({self._index.line_at(start) for start in starts if start < self._index.done})
            lines = self._made([self._index.bounds(n) for n in numbers], numbers)
            return self._page(lines, first, total)

    def line_at(self, offset: int) -> int:
        """The number of the line that a byte belongs to."""
        with self._lock:
            return self._index.line_at(offset)

    def start_of(self, line: int) -> int:
        """Where a line begins; the log's size where there is no such line."""
        with self._lock:
            return self._index.bounds(line)[0] if 0 <= line < self._index.count else self._file.size

    def extent(self) -> tuple[int, int, int]:
        """How often the log began anew, where the last counted line that has ended ends, and the log's size."""
        with self._lock:
            return self._generation, self._index.last_end, self._file.size

    @property
    def total(self) -> int:
        """Lines counted so far."""
        with self._lock:
            return self._index.count

    def earlier(self) -> list[Path]:
        """The rotated files that hold what came before."""
        return self._file.earlier()

    def _made(self, bounds: Sequence[tuple[int, int]], numbers: Sequence[int]) -> list[LogLine]:
        """Lines that have ended, and were counted, do not change while they end there."""
        ended = self._index.last_end
        missing = [b for b in bounds if b not in self._kept]
        raw = dict(zip((b[0] for b in missing), read_raw(self._file, missing), strict=True))
        made = []
        for (start, end), number in zip(bounds, numbers, strict=True):
            line = self._kept.get((start, end)) or make_line(raw[start], start, number)
            if number >= 0 and end <= ended:
                self._kept[start, end] = line
            made.append(line)
        while len(self._kept) > _KEPT + len(made):
            del self._kept[next(iter(self._kept))]
        return made

    def _page(self, lines: Sequence[LogLine], first: int, total: int) -> LogPage:
        file, index = self._file, self._index
        return LogPage(lines, first, total, self.is_counted, file.size, index.done, self._generation, self._notice)
