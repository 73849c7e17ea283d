"""One axis along the rows of a history: ascending, though clocks go back and attempts begin anew."""

from __future__ import annotations

import math
from typing import NamedTuple

from tuner.runs.column_part import ColumnPart
from tuner.runs.growing import Growing, floats


class _Place(NamedTuple):
    """Where a row lies: what it says, what is added to that, and the x that comes out."""

    raw: float = -math.inf
    offset: float = 0.0
    x: float = math.nan


class AxisTrack:
    """x of each row, followed as rows are added. A row that does not say where it is has its predecessor's x.

    Args:
        from_zero: x counts from the first row that says where it is.
        restarts: the source starts anew with each attempt; what it had reached before is added, so that the pause
            between two attempts takes no room.
    """

    def __init__(self, *, from_zero: bool, restarts: bool) -> None:
        self._from_zero, self._restarts = from_zero, restarts
        self._x = Growing(floats)
        self._last, self._before = _Place(), _Place()
        self.unknown = 0
        """Rows at the front, before the first that says where it is: their x is NaN."""

    def follow(self, source: ColumnPart, rows: int) -> memoryview[float]:
        """x of the first ``rows`` rows; the last row known so far is read again, as it may have been completed."""
        if self._x.count:
            last = self._x.count - 1
            self._last = self._after(self._before, source.at(last))
            self._x.set_last(self._last.x)
            self._note(last)
        for row in range(self._x.count, rows):
            self._before, self._last = self._last, self._after(self._last, source.at(row))
            self._x.append(self._last.x)
            self._note(row)
        return self._x.shown()[:rows]

    def _after(self, place: _Place, raw: float | None) -> _Place:
        if raw is None or not math.isfinite(raw):
            return place
        if math.isnan(place.x):
            offset = -raw if self._from_zero else 0.0
            return _Place(raw, offset, raw + offset)
        offset = place.x if self._restarts and raw < place.raw else place.offset
        return _Place(raw, offset, max(place.x, raw + offset))

    def _note(self, row: int) -> None:
        if math.isnan(self._last.x):
            self.unknown = row + 1
        elif self.unknown > row:
            self.unknown = row
