"""Which contents were seen already, at 8 bytes a row.

A 64-bit hash of each row lies in open-addressed tables (linear probing), 64 of them, so that growing one needs little
room beside it. Two different rows among n are taken for one with a chance of about n² / 2⁶⁵: 3·10⁻⁶ for 10 million.
"""

from __future__ import annotations

import marshal
from array import array
from hashlib import blake2b

from tuner.data.line import Record

_TABLES = 64
_SMALLEST = 16


class SeenRows:
    """A set of row contents that only grows."""

    def __init__(self) -> None:
        self._tables = [_Table() for _ in range(_TABLES)]

    def add(self, key: int) -> bool:
        """Remember a key of ``content_key``; whether it was there already."""
        return self._tables[key & (_TABLES - 1)].add(key >> 6 or 1)

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
    return _key(row)


def prompt_key(row: Record) -> int:
    """64 bits of a row's prompt, or of all of it where it has none."""
    return _key(row.get("prompt", row))


def _key(value: object) -> int:
    try:
        # Version 2 knows no references, so that equal values are equal bytes.
        source = marshal.dumps(value, 2)  # type: ignore[arg-type]  # what marshal cannot take raises
    except ValueError:  # a date or the like in a tool's arguments
        source = repr(value).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(source, digest_size=8).digest(), "little")
