"""A long series as a chart's columns: nothing that stands out is lost, however many points share a column."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_LONG = 4096
"""Points in the window from which numpy is worth its import."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Columns:
    """For each column the first, last, lowest and highest finite value in it; NaN in all four where there is none.

    ``gap_before``: a NaN or an infinity lies between the column's first value and the finite value before it.
    ``before`` and ``after`` are the finite points nearest to the window on both sides, for the lines that lead there;
    None where there is none or a gap lies between.
    """

    first: Sequence[float]
    last: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    filled: Sequence[bool]
    gap_before: Sequence[bool]
    before: Point | None = None
    after: Point | None = None

    def __len__(self) -> int:
        return len(self.filled)


def reduce(
    series_x: Sequence[float], series_y: Sequence[float], low: float, high: float, count: int, *, log_x: bool = False
) -> Columns:
    """Share the points with low <= x <= high out over ``count`` columns of equal width.

    Args:
        series_x: ascending.
        series_y: of the same length; NaN and infinities are gaps.
        log_x: columns are of equal width in log x; ``low`` has to be above 0.

    Raises:
        ValueError: no columns, an empty or endless window, or log x of 0 and less.
    """
    if count < 1 or not (math.isfinite(low) and math.isfinite(high) and low <= high) or (log_x and low <= 0):
        raise ValueError(f"{count} columns from {low} to {high} cannot be made")
    edges = column_edges(low, high, count, log_x=log_x)
    start = bisect_left(series_x, low)
    stop = bisect_right(series_x, high, start)
    if stop - start >= _LONG:
        from tuner.runs.downsample_long import reduce_long

        return reduce_long(series_x, series_y, start, stop, edges)
    return _reduce_short(series_x, series_y, start, stop, edges)


def column_edges(low: float, high: float, count: int, *, log_x: bool = False) -> list[float]:
    """The x at which columns 1 … count - 1 begin: a point on an edge belongs to the column on its right."""
    if log_x:
        ratio = math.log(high / low) / count
        return [low * math.exp(ratio * i) for i in range(1, count)]
    width = (high - low) / count
    return [low + width * i for i in range(1, count)]


def neighbours(x: Sequence[float], y: Sequence[float], start: int, stop: int) -> tuple[Point | None, Point | None]:
    """The points directly outside rows start … stop - 1, where they are finite."""
    before = (x[start - 1], y[start - 1]) if start > 0 and math.isfinite(y[start - 1]) else None
    after = (x[stop], y[stop]) if stop < len(y) and math.isfinite(y[stop]) else None
    return before, after


def _reduce_short(x: Sequence[float], y: Sequence[float], start: int, stop: int, edges: Sequence[float]) -> Columns:
    count = len(edges) + 1
    first, last, low, high = ([math.nan] * count for _ in range(4))
    filled, gap_before = [False] * count, [False] * count
    gap = start > 0 and not math.isfinite(y[start - 1])
    begin = start
    for column in range(count):
        end = bisect_left(x, edges[column], begin, stop) if column < len(edges) else stop
        for value in y[begin:end]:
            if not math.isfinite(value):
                gap = True
                continue
            if not filled[column]:
                filled[column], gap_before[column] = True, gap
                first[column] = low[column] = high[column] = value
            last[column] = value
            low[column], high[column] = min(low[column], value), max(high[column], value)
            gap = False
        begin = end
    before, after = neighbours(x, y, start, stop)
    return Columns(first, last, low, high, filled, gap_before, before, after)
