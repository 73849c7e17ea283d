"""A column of metrics at one moment."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnPart:
    """``rows`` are the values' row numbers, None where value i stands in row i; ``newest`` is the last finite value."""

    values: memoryview[float]
    rows: memoryview[int] | None
    newest: float | None

    def at(self, row: int) -> float | None:
        """The value in a row, None where there is none."""
        return value_at(self.values, self.rows, len(self.values), row)


def place_of(rows: memoryview[int] | None, count: int, row: int) -> int:
    """How many of the first ``count`` values lie before a row."""
    return min(row, count) if rows is None else bisect_left(rows, row, 0, count)


def value_at(values: memoryview[float], rows: memoryview[int] | None, count: int, row: int) -> float | None:
    """The value of a row among the first ``count``, None where it has none."""
    place = place_of(rows, count, row)
    if place >= count or (rows is not None and rows[place] != row):
        return None
    return values[place]
