"""An axis along many rows at once: numpy's part of ``axis_track``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tuner.runs.column_part import ColumnPart
from tuner.runs.float_buffer import buffer_of

Floats = npt.NDArray[np.float64]


def said(source: ColumnPart, start: int, stop: int) -> Floats:
    """What the rows start … stop - 1 say; NaN where one says nothing."""
    values = np.asarray(source.values)
    made = np.full(stop - start, np.nan)
    if source.rows is None:
        found = values[start:stop]
        made[: len(found)] = found
    else:
        rows = np.asarray(source.rows)
        low, high = np.searchsorted(rows, [start, stop])
        made[rows[low:high].astype(np.intp) - start] = values[low:high]
    made[~np.isfinite(made)] = np.nan
    return made


def along(
    raw: Floats, *, restarts: bool, last: float, offset: float, x: float
) -> tuple[memoryview[float], float, float]:
    """x of the rows behind one that has an x.

    Args:
        raw: what the rows say, nothing of it below 0 where it ``restarts``.
        last, offset, x: what the row before them said, what was added to that, and its x.

    Returns:
        Their x, and what the last of them said with what was added to it.
    """
    places = np.where(np.isnan(raw), 0, np.arange(1, len(raw) + 1))
    known = np.concatenate(([last], raw))[np.concatenate(([0], np.maximum.accumulate(places)))]
    before, known = known[:-1], known[1:]
    if not restarts:
        made = np.maximum.accumulate(np.concatenate(([x], known + offset)))[1:]
        return buffer_of(made), float(known[-1]), offset
    anew = known < before
    offsets = np.cumsum(np.concatenate(([offset], before[anew])))
    made = known + offsets[np.cumsum(anew)]
    return buffer_of(made), float(known[-1]), float(offsets[-1])


def gathered(x: memoryview[float], rows: memoryview[int]) -> memoryview[float]:
    """x at some rows."""
    return buffer_of(np.asarray(x)[np.asarray(rows)])
