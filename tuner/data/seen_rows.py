"""Which contents were seen already, at 8 bytes a row.

A 64-bit hash of each row lies in open-addressed tables (linear probing), 64 of them, so that growing one needs little
room beside it. Two different rows among n are taken for one with a chance of about n² / 2⁶⁵: 3·10⁻⁶ for 10 million.
"""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Hashable

from tuner.data.line import Record

MOST = 5_700_000
"""Rows that are remembered, in about 60 MB: 5 GB of rows of 880 bytes."""

_TABLES = 64
_SMALLEST = 16
_BITS = 2**64 - 1


class SeenRows:
    """A set of row contents that grows up to ``most``, and then only answers."""

    def __init__(self, most: int = MOST) -> None:
        self._tables = [_Table() for _ in range(_TABLES)]
        self._free = most

    @property
    def full(self) -> bool:
        """Whether nothing more is remembered."""
        return self._free == 0

    def add(self, key: int) -> bool:
        """Remember a key of ``content_key``; whether it was there already."""
        if not self._free:
            return key in self
        there = self._tables[key & (_TABLES - 1)].add(key >> 6 or 1)
        if not there:
            self._free -= 1
        return there

    def __contains__(self, key: int) -> bool:
        return self._tables[key & (_TABLES - 1)].has(key >> 6 or 1)

    def __len__(self) -> int:
        return sum(table.count for table in self._tables)


class _Table:
    """Hashes, 0 for a free slot; the rest of the hash by the size says where the search begins."""

    __slots__ = ("count", "slots")

    def __init__(self) -> None:
        self.slots = array("Q", bytes(8 * _SMALLEST))
        self.count = 0

    def add(self, value: int) -> bool:
        slots = self.slots
        size = len(slots)
        place = value % size
        while found := slots[place]:
            if found == value:
                return True
            place = place + 1 if place + 1 < size else 0
        slots[place] = value
        self.count += 1
        if 4 * self.count > 3 * size:
            self._grow()
        return False

    def has(self, value: int) -> bool:
        slots = self.slots
        size = len(slots)
        place = value % size
        while found := slots[place]:
            if found == value:
                return True
            place = place + 1 if place + 1 < size else 0
        return False

    def _grow(self) -> None:
        old = self.slots
        self.slots = array("Q", bytes(8 * (len(old) * 3 // 2)))
        self.count = 0
        for value in old:
            if value:
                self.add(value)


def content_key(row: Record) -> int:
    """64 bits of a row in the trainers' shape: equal for equal rows, within this process."""
    return hash(tuple(_part(value) for value in row.values())) & _BITS


def prompt_key(row: Record) -> int:
    """64 bits of a row's prompt, or of all of it where it has none."""
    return hash(_part(row["prompt"])) & _BITS if "prompt" in row else content_key(row)


def _part(value: object) -> Hashable:
    """A text, a label, turns or tools as something that Python hashes: fast, by SipHash."""
    if isinstance(value, list):
        return tuple(
            (turn["role"], turn["content"]) if len(turn) == 2 and "role" in turn and "content" in turn else _bytes(turn)
            for turn in value
        )
    return value if isinstance(value, str | bool) else _bytes(value)


def _bytes(value: object) -> bytes:
    try:
        # Version 2 knows no references, so that equal values are equal bytes.
        return marshal.dumps(value, 2)  # type: ignore[arg-type]  # what marshal cannot take raises
    except ValueError:  # a date or the like in a tool's arguments
        return repr(value).encode("utf-8", "surrogatepass")
