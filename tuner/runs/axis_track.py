"""One axis along the rows of a history: ascending, though clocks go back and attempts begin anew."""

from __future__ import annotations

import math
from array import array
from typing import NamedTuple

from tuner.runs.column_part import ColumnPart
from tuner.runs.growing import Growing, floats

LONG = 4096
"""Rows from which numpy is worth its import."""


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
        if rows - self._x.count > LONG:
            self._extend(source, rows - 1)
        for row in range(self._x.count, rows):
            self._before, self._last = self._last, self._after(self._last, source.at(row))
            self._x.append(self._last.x)
            self._note(row)
        return self._x.shown()[:rows]

    def _extend(self, source: ColumnPart, stop: int) -> None:
        """As ``follow`` does, for many rows at once; rows of which that is not possible are left."""
        from tuner.runs.axis_track_long import along, said

        raw = said(source, self._x.count, stop)
        first = 0
        if math.isnan(self._last.x):
            first = int((raw == raw).argmax()) if (raw == raw).any() else len(raw)
            self._x.extend(memoryview(array("d", [math.nan]) * first))
            self.unknown = self._x.count
            if first == len(raw):
                return
            self._last = self._after(self._last, float(raw[first]))
            self._x.append(self._last.x)
            first += 1
        raw = raw[first:]
        if not len(raw) or (self._restarts and (raw < 0).any()):
            return
        place = self._last
        x, last, offset = along(raw, restarts=self._restarts, last=place.raw, offset=place.offset, x=place.x)
        self._x.extend(x)
        self._last = _Place(last, offset, x[-1])

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
