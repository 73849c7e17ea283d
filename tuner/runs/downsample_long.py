"""The columns of a long series: numpy's part of ``downsample``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tuner.runs.downsample import Columns, neighbours

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def reduce_long(
    series_x: Sequence[float], series_y: Sequence[float], start: int, stop: int, edges: Sequence[float]
) -> Columns:
    """The rows start … stop - 1 shared out over columns that begin at ``edges``."""
    before, after = neighbours(series_x, series_y, start, stop)
    x, y = np.asarray(series_x)[start:stop], np.asarray(series_y)[start:stop]
    finite = np.isfinite(y)
    gaps: Flags | None = None
    if not finite.all():
        kept = np.flatnonzero(finite)
        gaps = np.diff(kept, prepend=-1) > 1
        if len(kept) and not gaps[0] and start > 0:
            gaps[0] = before is None
        x, y = x[kept], y[kept]
    bounds = np.concatenate(([0], np.searchsorted(x, edges, "left"), [len(x)]))
    filled = bounds[1:] > bounds[:-1]
    begins, ends = bounds[:-1][filled], bounds[1:][filled]
    gap_before = np.zeros(len(filled), bool)
    if gaps is not None:
        gap_before[filled] = gaps[begins]
    elif len(begins) and start > 0 and before is None:
        gap_before[np.argmax(filled)] = True
    made = [np.full(len(filled), np.nan) for _ in range(4)]
    if len(begins):
        found = (y[begins], y[ends - 1], np.minimum.reduceat(y, begins), np.maximum.reduceat(y, begins))
        for column, values in zip(made, found, strict=True):
            column[filled] = values
    first, last, low, high = (column.tolist() for column in made)
    return Columns(first, last, low, high, filled.tolist(), gap_before.tolist(), before, after)
