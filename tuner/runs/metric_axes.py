"""What a row's x is: step, time, epoch or tokens; worked out once a row, and kept while rows are added."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from tuner.runs.axis_track import LONG, AxisTrack
from tuner.runs.column_part import ColumnPart
from tuner.runs.growing import Growing, floats
from tuner.runs.series import XAxis

_SOURCES: Mapping[XAxis, Sequence[str]] = {
    XAxis.RELATIVE: ("elapsed_seconds", "timestamp"),
    XAxis.WALL: ("timestamp",),
    XAxis.EPOCH: ("epoch",),
    XAxis.TOKENS: ("num_tokens", "num_input_tokens_seen", "total_tokens"),
}
"""The columns that an axis is made of, the best first."""

_STARTS_ANEW = "elapsed_seconds"
"""The column that counts from 0 in every attempt."""


class AxisTracks:
    """The x values of one history's columns, shared by all looks at it; may be asked from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = 0
        self._tracks: dict[tuple[XAxis, str], AxisTrack] = {}
        self._columns: dict[tuple[str, str, XAxis], Growing[float]] = {}

    def x_of(
        self, name: str, axis: XAxis, steps: memoryview[float], columns: Mapping[str, ColumnPart], version: int
    ) -> memoryview[float]:
        """x of each value of a column; those at the front whose x is not known are left out.

        Args:
            version: of the history that steps and columns are taken from.
        """
        column, source = columns[name], source_of(axis, columns)
        with self._lock:
            if version != self._version:
                self._version, self._tracks, self._columns = version, {}, {}
            if axis is XAxis.STEP:
                x, unknown = steps, 0
            elif source is None:
                x, unknown = steps, len(steps)
            else:
                track = self._track(axis, source)
                x, unknown = track.follow(columns[source], len(steps)), track.unknown
            if column.rows is None:
                return x[min(unknown, len(column.values)) : len(column.values)]
            made = self._columns.setdefault((name, source or "", axis), Growing(floats))
            return _gather(made, x, column.rows, bisect_left(column.rows, unknown))

    def _track(self, axis: XAxis, source: str) -> AxisTrack:
        found = self._tracks.get((axis, source))
        if found is None:
            found = AxisTrack(from_zero=axis is XAxis.RELATIVE, restarts=source == _STARTS_ANEW)
            self._tracks[axis, source] = found
        return found


def axes_of(steps: Sequence[float], columns: Mapping[str, ColumnPart]) -> list[XAxis]:
    """The axes for which there is a source."""
    return [a for a in XAxis if (len(steps) > 0 if a is XAxis.STEP else source_of(a, columns) is not None)]


def source_of(axis: XAxis, columns: Mapping[str, ColumnPart]) -> str | None:
    """The column that an axis is made of; None for steps and where there is none."""
    return next((s for s in _SOURCES.get(axis, ()) if s in columns), None)


def _gather(made: Growing[float], x: memoryview[float], rows: memoryview[int], skipped: int) -> memoryview[float]:
    """x at so many of the rows; only what came since the last look is fetched, and the last one again."""
    wanted = len(rows) - skipped
    if made.count and made.count <= wanted:
        made.set_last(x[rows[skipped + made.count - 1]])
    new = rows[skipped + made.count :]
    if len(new) > LONG:
        from tuner.runs.axis_track_long import gathered

        made.extend(gathered(x, new))
    else:
        for row in new:
            made.append(x[row])
    return made.shown()[:wanted]
