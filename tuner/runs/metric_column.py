"""One metric's values over the rows of a history."""

from __future__ import annotations

import math
from array import array
from collections.abc import Generator
from typing import NamedTuple

from tuner.runs.column_part import ColumnPart, place_of, value_at
from tuner.runs.growing import Growing, floats, row_numbers


class ColumnBlock(NamedTuple):
    """Many values at once: the row of each in the history; ``dense``: those follow one another without a hole."""

    values: memoryview[float]
    rows: memoryview[int]
    dense: bool


class Column:
    """Values in order of rows. Row numbers are kept only once a row without a value lies before one with a value.

    So a value costs 8 bytes, or 12 in a column with holes.
    """

    __slots__ = ("_newest", "_rows", "_values")

    def __init__(self) -> None:
        self._values = Growing(floats)
        self._rows: Growing[int] | None = None
        self._newest: float | None = None

    def __len__(self) -> int:
        return self._values.count

    @property
    def nbytes(self) -> int:
        """Bytes that the values and their row numbers take."""
        return self._values.nbytes + (self._rows.nbytes if self._rows is not None else 0)

    @property
    def newest(self) -> float | None:
        """The newest finite value."""
        return self._newest

    @property
    def last(self) -> float | None:
        """The last value, whatever it is."""
        return self._values.cells[self._values.count - 1] if self._values.count else None

    def part(self) -> ColumnPart:
        """What is there now, for another thread to read."""
        return ColumnPart(self._values.shown(), self._rows.shown() if self._rows is not None else None, self._newest)

    def put(self, row: int, value: float) -> None:
        """Set the value of a row at the end; the last one may be set again."""
        count = self._values.count
        rows = self._rows
        if count and (count - 1 if rows is None else rows.cells[count - 1]) == row:
            self._values.set_last(value)
            self._newest = value if math.isfinite(value) else self._search_newest()
            return
        if rows is None and row != count:
            rows = self._number()
        self._values.append(value)
        if rows is not None:
            rows.append(row)
        if math.isfinite(value):
            self._newest = value

    def extend(self, block: ColumnBlock) -> None:
        """Append values of rows that lie beyond the last one with a value."""
        if not len(block.values):
            return
        if self._rows is None and not (block.dense and block.rows[0] == self._values.count):
            self._number()
        self._values.extend(block.values)
        if self._rows is not None:
            self._rows.extend(block.rows)
        found = self._search_newest(len(block.values))
        self._newest = self._newest if found is None else found

    def at(self, row: int) -> float | None:
        """The value in a row, None where there is none."""
        return value_at(self._values.cells, self._row_cells, self._values.count, row)

    def walk(self, start: int) -> Generator[float | None, int, None]:
        """Asked by ``send`` for one row after the other, gives each one's value."""
        count, cells, rows = self._values.count, self._values.cells, self._row_cells
        place = place_of(rows, count, start)
        value: float | None = None
        row = yield None
        while True:
            value = None
            if place < count and (row == place if rows is None else rows[place] == row):
                value = cells[place]
                place += 1
            row = yield value

    def between(self, start: int, stop: int) -> list[float]:
        """The values of the rows start … stop - 1."""
        return list(self._values.cells[self._place(start) : self._place(stop)])

    def values(self) -> list[float]:
        return list(self._values.cells[: self._values.count])

    def rows(self) -> list[int]:
        """The rows that have a value."""
        count = self._values.count
        return list(range(count)) if self._rows is None else self._rows.cells[:count].tolist()

    def cut(self, rows: int) -> None:
        """Forget what lies in the row ``rows`` and beyond."""
        count = self._place(rows)
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
        if self.at(row) is not None:
            return False
        place = self._place(row)
        if place == self._values.count:
            self.put(row, value)
        else:  # a row without a value before others with one: the row numbers are kept already
            self._values.insert(place, value)
            (self._rows or self._number()).insert(place, row)
        return True

    def insert_row(self, row: int) -> None:
        """A row without a value has come before the row ``row``."""
        place = self._place(row)
        if place == self._values.count:
            return
        numbers = self._rows or self._number()
        shifted = [number + (number >= row) for number in numbers.cells[: numbers.count]]
        self._rows = Growing(row_numbers)
        self._rows.extend(memoryview(array("I", shifted)))

    def reserve(self, count: int) -> None:
        """Make room for so many values."""
        self._values.reserve(count)

    @property
    def _row_cells(self) -> memoryview[int] | None:
        return self._rows.cells if self._rows is not None else None

    def _place(self, row: int) -> int:
        return place_of(self._row_cells, self._values.count, row)

    def _number(self) -> Growing[int]:
        """Begin to keep row numbers: a hole has come."""
        self._rows = Growing(row_numbers)
        self._rows.extend(memoryview(array("I", range(self._values.count))))
        return self._rows

    def _search_newest(self, among: int | None = None) -> float | None:
        cells, count = self._values.cells, self._values.count
        for index in range(count - 1, -1 if among is None else count - among - 1, -1):
            if math.isfinite(cells[index]):
                return cells[index]
        return None
