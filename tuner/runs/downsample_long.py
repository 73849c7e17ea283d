"""The columns of a long series: numpy's part of ``downsample``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tuner.runs.downsample import Columns, neighbours

Places = npt.NDArray[np.intp]


def reduce_long(
    series_x: Sequence[float], series_y: Sequence[float], start: int, stop: int, edges: Sequence[float]
) -> Columns:
    """The rows start … stop - 1 shared out over columns that begin at ``edges``."""
    before, after = neighbours(series_x, series_y, start, stop)
    x, y = np.asarray(series_x)[start:stop], np.asarray(series_y)[start:stop]
    bounds = np.concatenate(([0], np.searchsorted(x, edges, "left"), [len(x)]))
    gap_outside = start > 0 and before is None
    finite = np.isfinite(y)
    gap_before = np.zeros(len(bounds) - 1, bool)
    lows: np.ufunc = np.minimum
    highs: np.ufunc = np.maximum
    if finite.all():
        filled = bounds[1:] > bounds[:-1]
        begins, ends = bounds[:-1][filled], bounds[1:][filled] - 1
        gap_before[np.flatnonzero(filled)[:1]] = gap_outside
    else:
        kept = np.flatnonzero(finite)
        among = np.searchsorted(kept, bounds)  # how many finite values lie before each bound
        filled = among[1:] > among[:-1]
        first, last = among[:-1][filled], among[1:][filled] - 1
        begins, ends = kept[first], kept[last]
        gap_before[filled] = _gaps(kept, first, gap_outside=gap_outside)
        if np.isinf(y).any():
            y = np.where(finite, y, np.nan)
        lows, highs = np.fmin, np.fmax
    made = [np.full(len(filled), np.nan) for _ in range(4)]
    if len(begins):
        found = (y[begins], y[ends], lows.reduceat(y, begins), highs.reduceat(y, begins))
        for column, values in zip(made, found, strict=True):
            column[filled] = values
    firsts, lasts, low, high = (column.tolist() for column in made)
    return Columns(firsts, lasts, low, high, filled.tolist(), gap_before.tolist(), before, after)


def _gaps(kept: Places, first: Places, *, gap_outside: bool) -> npt.NDArray[np.bool_]:
    """Whether the finite values with these numbers do not directly follow the finite value before them."""
    if not len(first):
        return np.zeros(0, bool)
    gaps: npt.NDArray[np.bool_] = kept[first] - kept[first - 1] != 1
    if first[0] == 0:
        gaps[0] = kept[0] > 0 or gap_outside
    return gaps
