"""Memory of a column that only grows at its end."""

from __future__ import annotations

from typing import Literal

_FIRST = 16
"""Cells of a new column."""

Kind = Literal["d", "I"]


class Growing:
    """Numbers of one kind: ``d`` 64-bit floats, ``I`` 32-bit row numbers. Not for two threads at once.

    What ``shown`` hands out stays as it is while more is appended, because memory is replaced and never moved under
    it. Only the last number may be set again. Cutting is free; the next write after a cut below what was handed out
    copies what is left.
    """

    __slots__ = ("_cells", "_kind", "_shown", "count")

    def __init__(self, kind: Kind = "d") -> None:
        self._kind: Kind = kind
        self._cells = _memory(kind, _FIRST)
        self._shown = 0
        self.count = 0

    def __len__(self) -> int:
        return self.count

    @property
    def cells(self) -> memoryview[float]:
        """All cells, the ones beyond ``count`` without meaning."""
        return self._cells

    def shown(self) -> memoryview[float]:
        """The numbers so far, read-only and without a copy; they may be read by another thread."""
        self._shown = max(self._shown, self.count)
        return self._cells[: self.count].toreadonly()

    def append(self, value: float) -> None:
        if self.count == len(self._cells) or self.count < self._shown:
            self._renew(self.count + 1)
        self._cells[self.count] = value
        self.count += 1

    def extend(self, values: memoryview[float]) -> None:
        """Append a buffer of the same kind."""
        wanted = self.count + len(values)
        if wanted > len(self._cells) or self.count < self._shown:
            self._renew(wanted)
        self._cells[self.count : wanted] = values
        self.count = wanted

    def set_last(self, value: float) -> None:
        """Complete the last number."""
        if self.count < self._shown:
            self._renew(self.count)
        self._cells[self.count - 1] = value

    def cut(self, count: int) -> None:
        """Keep only the first ``count``."""
        self.count = min(self.count, count)

    def insert(self, index: int, value: float) -> None:
        """Put a number before the one at ``index``; costs a copy of all."""
        old, count = self._cells, self.count
        self._cells = _memory(self._kind, _room(count + 1))
        self._cells[:index] = old[:index]
        self._cells[index] = value
        self._cells[index + 1 : count + 1] = old[index:count]
        self.count, self._shown = count + 1, 0

    def reserve(self, count: int) -> None:
        """Make room for so many, without what is kept over for growing."""
        if count > len(self._cells):
            self._replace(count)

    def _renew(self, wanted: int) -> None:
        self._replace(_room(wanted) if wanted > len(self._cells) else len(self._cells))

    def _replace(self, room: int) -> None:
        old = self._cells
        self._cells = _memory(self._kind, room)
        self._cells[: self.count] = old[: self.count]
        self._shown = 0


def _room(count: int) -> int:
    """An eighth over, so that appending costs a constant on average and little memory lies idle."""
    return count + (count >> 3) + _FIRST


def _memory(kind: Kind, count: int) -> memoryview[float]:
    size = 8 if kind == "d" else 4
    raw = memoryview(bytearray(size * count))
    return raw.cast("d") if kind == "d" else raw.cast("I")  # type: ignore[return-value]  # whole numbers are floats too
