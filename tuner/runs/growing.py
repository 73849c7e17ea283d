"""Memory of a column that only grows at its end."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from typing import Generic, TypeVar

_FIRST = 16
"""Cells of a new column."""
_LARGE = 1 << 20
"""Bytes from which memory is taken from the system directly: what is never written to takes no room."""

Number = TypeVar("Number", int, float)


def floats(count: int) -> memoryview[float]:
    """Memory for so many 64-bit floats."""
    return _bytes(8 * count).cast("d")


def row_numbers(count: int) -> memoryview[int]:
    """Memory for so many 32-bit row numbers."""
    return _bytes(4 * count).cast("I")


class Growing(Generic[Number]):
    """Numbers of one kind. Not for two threads at once.

    What ``shown`` hands out stays as it is while more is appended, because memory is replaced and never moved under
    it. Only the last number may be set again. Cutting is free; the next write after a cut below what was handed out
    copies what is left.

    Args:
        memory: makes room for so many numbers.
    """

    __slots__ = ("_cells", "_memory", "_shown", "count")

    def __init__(self, memory: Callable[[int], memoryview[Number]]) -> None:
        self._memory: Callable[[int], memoryview[Number]] = memory
        self._cells: memoryview[Number] = memory(_FIRST)
        self._shown = 0
        self.count = 0

    def __len__(self) -> int:
        return self.count

    @property
    def cells(self) -> memoryview[Number]:
        """All cells, the ones beyond ``count`` without meaning."""
        return self._cells

    @property
    def nbytes(self) -> int:
        """Bytes that the numbers take, without the room for more."""
        return self.count * self._cells.itemsize

    def shown(self) -> memoryview[Number]:
        """The numbers so far, read-only and without a copy; they may be read by another thread."""
        self._shown = max(self._shown, self.count)
        return self._cells[: self.count].toreadonly()

    def append(self, value: Number) -> None:
        if self.count == len(self._cells) or self.count < self._shown:
            self._renew(self.count + 1)
        self._cells[self.count] = value
        self.count += 1

    def extend(self, values: memoryview[Number]) -> None:
        """Append a buffer of the same kind."""
        wanted = self.count + len(values)
        if wanted > len(self._cells) or self.count < self._shown:
            self._renew(wanted)
        self._cells[self.count : wanted] = values
        self.count = wanted

    def set_last(self, value: Number) -> None:
        """Complete the last number."""
        if self.count < self._shown:
            self._renew(self.count)
        self._cells[self.count - 1] = value

    def cut(self, count: int) -> None:
        """Keep only the first ``count``."""
        self.count = min(self.count, count)

    def insert(self, index: int, value: Number) -> None:
        """Put a number before the one at ``index``; costs a copy of all."""
        old, count = self._cells, self.count
        self._cells = self._memory(_room(count + 1))
        self._cells[:index] = old[:index]
        self._cells[index] = value
        self._cells[index + 1 : count + 1] = old[index:count]
        self.count, self._shown = count + 1, 0

    def reserve(self, count: int) -> None:
        """Make room for so many."""
        if count > len(self._cells):
            self._replace(count)

    def _renew(self, wanted: int) -> None:
        self._replace(_room(wanted) if wanted > len(self._cells) else len(self._cells))

    def _replace(self, room: int) -> None:
        old = self._cells
        self._cells = self._memory(room)
        self._cells[: self.count] = old[: self.count]
        self._shown = 0


def _room(count: int) -> int:
    """An eighth over, so that appending costs a constant on average and little memory lies idle."""
    return count + (count >> 3) + _FIRST


def _bytes(count: int) -> memoryview[int]:
    if count < _LARGE:
        return memoryview(bytearray(count))
    return memoryview(mmap.mmap(-1, count, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
