"""Where the lines of a log begin: 4 bytes a line, built in bulk, grown by what is appended."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING

from tuner.runs.log_fold import REACH, joined, whole_length

if TYPE_CHECKING:
    from collections.abc import Iterable

BULK = 1 << 20
"""From so many bytes on numpy looks for the newlines; loading it costs more than it gains for fewer."""
_PART = 32
"""Each part holds the line ends of 4 GiB of the log, as the lower 32 bits of their offsets."""


class LineIndex:
    """Offsets of line ends. ``done`` is how many bytes are indexed. Not for two threads at once."""

    def __init__(self) -> None:
        self.done = 0
        self._parts: list[array[int]] = [array("I")]

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the offsets take."""
        return sum(part.itemsize * len(part) for part in self._parts)

    @property
    def ended(self) -> int:
        """Lines that have ended."""
        return sum(map(len, self._parts))

    @property
    def last_end(self) -> int:
        """Where the last line that has ended ends; 0 where none has."""
        for number in range(len(self._parts) - 1, -1, -1):
            if self._parts[number]:
                return (number << _PART) + self._parts[number][-1]
        return 0

    @property
    def count(self) -> int:
        """Lines so far, with the one that has not ended yet."""
        return self.ended + (self.done > self.last_end)

    def extend(self, data: bytes) -> int:
        """Index the bytes that follow; returns how many were taken: not an escape that may be cut at the end."""
        taken = whole_length(data)
        flat, before = joined(data[:taken] if taken < len(data) else data)
        for at in before:
            self._go_back(self.done + at)
        if len(flat) >= BULK:
            self._bulk(flat)
        else:
            self._put(_ends(flat))
        self.done += taken
        return taken

    def bounds(self, line: int) -> tuple[int, int]:
        """Where a line begins, and where the next does.

        Raises:
            IndexError: there is no such line.
        """
        if not 0 <= line < self.count:
            raise IndexError(line)
        start = self._end(line - 1) if line else 0
        return start, self._end(line) if line < self.ended else self.done

    def line_at(self, offset: int) -> int:
        """The line that the byte at ``offset`` belongs to."""
        part = offset >> _PART
        if part >= len(self._parts):
            return self.ended
        before = sum(map(len, self._parts[:part]))
        return before + bisect_right(self._parts[part], offset & 0xFFFFFFFF)

    def _end(self, line: int) -> int:
        for number, part in enumerate(self._parts):
            if line < len(part):
                return (number << _PART) + part[line]
            line -= len(part)
        raise IndexError(line)

    def _go_back(self, at: int) -> None:
        last = self.last_end
        if last and last - 1 >= at - REACH:
            next(p for p in reversed(self._parts) if p).pop()

    def _put(self, ends: Iterable[int]) -> None:
        for end in ends:
            part, low = divmod(self.done + end, 1 << _PART)
            self._part(part).append(low)

    def _part(self, number: int) -> array[int]:
        while len(self._parts) <= number:
            self._parts.append(array("I"))
        return self._parts[number]

    def _bulk(self, data: bytes) -> None:
        import numpy as np

        step = 1 << 18  # a piece and what is made of it stay in the processor's cache
        bytes_ = np.frombuffer(data, np.uint8)
        for at in range(0, len(data), step):
            found = np.flatnonzero(bytes_[at : at + step] == 10)
            first = self.done + at + 1
            if (first >> _PART) == (first + step) >> _PART:
                found += first & 0xFFFFFFFF
                self._part(first >> _PART).frombytes(found.astype(np.uint32).tobytes())
            else:
                self._put((found + at + 1).tolist())


def _ends(data: bytes) -> Iterable[int]:
    at = data.find(b"\n")
    while at >= 0:
        yield at + 1
        at = data.find(b"\n", at + 1)
