"""One metric's values over the rows of a history."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Generator
from dataclasses import dataclass

from tuner.runs.growing import Growing


@dataclass(frozen=True, slots=True)
class ColumnPart:
    """A column at one moment: ``rows`` are the values' row numbers, None where value i stands in row i."""

    values: memoryview[float]
    rows: memoryview[float] | None
    newest: float | None

    def at(self, row: int) -> float | None:
        """The value in a row, None where there is none."""
        return _at(self.values, self.rows, len(self.values), row)


class Column:
    """Values in order of rows. Row numbers are kept only once a row without a value lies before one with a value.

    So a value costs 8 bytes, or 12 in a column with holes.
    """

    __slots__ = ("_newest", "_rows", "_values")

    def __init__(self) -> None:
        self._values = Growing()
        self._rows: Growing | None = None
        self._newest: float | None = None

    def __len__(self) -> int:
        return self._values.count

    @property
    def nbytes(self) -> int:
        """Bytes of memory, the room for more included."""
        return self._values.cells.nbytes + (self._rows.cells.nbytes if self._rows is not None else 0)

    @property
    def newest(self) -> float | None:
        """The newest finite value."""
        return self._newest

    def part(self) -> ColumnPart:
        """What is there now, for another thread to read."""
        return ColumnPart(self._values.shown(), self._rows.shown() if self._rows is not None else None, self._newest)

    def put(self, row: int, value: float) -> None:
        """Set the value of a row at the end; the last one may be set again."""
        count = self._values.count
        if count and self._last_row() == row:
            self._values.set_last(value)
            self._newest = value if math.isfinite(value) else self._search_newest()
            return
        if self._rows is None and row != count:
            self._number(count)
        self._values.append(value)
        if self._rows is not None:
            self._rows.append(row)
        if math.isfinite(value):
            self._newest = value

    def extend(self, first_row: int, values: memoryview[float]) -> None:
        """Append one value a row from ``first_row`` on, which lies beyond the last one with a value."""
        if self._rows is None and first_row != self._values.count:
            self._number(self._values.count)
        self._values.extend(values)
        if self._rows is not None:
            for row in range(first_row, first_row + len(values)):
                self._rows.append(row)
        self._newest = self._search_newest()

    def at(self, row: int) -> float | None:
        """The value in a row, None where there is none."""
        return _at(self._values.cells, self._rows.cells if self._rows is not None else None, self._values.count, row)

    def walk(self, start: int) -> Generator[float | None, int, None]:
        """Asked by ``send`` for one row after the other, gives each one's value."""
        count, cells = self._values.count, self._values.cells
        rows = self._rows.cells if self._rows is not None else None
        place = _place(rows, count, start)
        row = yield None
        while True:
            if place < count and (row == place if rows is None else rows[place] == row):
                value: float | None = cells[place]
                place += 1
            else:
                value = None
            row = yield value

    @property
    def last(self) -> float | None:
        """The last value, whatever it is."""
        return self._values.cells[self._values.count - 1] if self._values.count else None

    def values(self) -> list[float]:
        return self._values.cells[: self._values.count].tolist()

    def rows(self) -> list[int]:
        """The rows that have a value."""
        count = self._values.count
        return list(range(count)) if self._rows is None else [int(r) for r in self._rows.cells[:count]]

    def cut(self, rows: int) -> None:
        """Forget what lies in the row ``rows`` and beyond."""
        count = _place(self._rows.cells if self._rows is not None else None, self._values.count, rows)
        if count == self._values.count:
            return
        self._values.cut(count)
        if self._rows is not None:
            self._rows.cut(count)
        self._newest = self._search_newest()

    def fill(self, row: int, value: float) -> bool:
        """Give a row a value that it lacks.

        Returns:
            Whether it lacked one.
        """
        count = self._values.count
        if self.at(row) is not None:
            return False
        place = _place(self._rows.cells if self._rows is not None else None, count, row)
        if place == count:
            self.put(row, value)
            return True
        self._values.insert(place, value)
        self._row_numbers.insert(place, row)
        return True

    def insert_row(self, row: int) -> None:
        """A row without a value has come before the row ``row``."""
        count = self._values.count
        place = _place(self._rows.cells if self._rows is not None else None, count, row)
        if place == count:
            return
        if self._rows is None:
            self._number(count)
        shifted = Growing("I")
        shifted.reserve(count)
        for index in range(count):
            shifted.append(self._row_numbers.cells[index] + (index >= place))
        self._rows = shifted

    def reserve(self, count: int) -> None:
        """Make room for so many values."""
        self._values.reserve(count)

    def _last_row(self) -> float:
        count = self._values.count
        return count - 1 if self._rows is None else self._rows.cells[count - 1]

    @property
    def _row_numbers(self) -> Growing:
        if self._rows is None:
            self._rows = Growing("I")
        return self._rows

    def _number(self, count: int) -> None:
        """Begin to keep row numbers: a hole has come."""
        numbers = self._row_numbers
        numbers.reserve(count + 16)
        for row in range(count):
            numbers.append(row)

    def _search_newest(self) -> float | None:
        cells = self._values.cells
        for index in range(self._values.count - 1, -1, -1):
            if math.isfinite(cells[index]):
                return cells[index]
        return None


def _place(rows: memoryview[float] | None, count: int, row: int) -> int:
    """How many values lie before a row."""
    return min(row, count) if rows is None else bisect_left(rows, row, 0, count)


def _at(values: memoryview[float], rows: memoryview[float] | None, count: int, row: int) -> float | None:
    place = _place(rows, count, row)
    if place >= count or (rows is not None and rows[place] != row):
        return None
    return values[place]
