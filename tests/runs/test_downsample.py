"""Columns of a chart against the same columns worked out point by point."""

from __future__ import annotations

import math
from bisect import bisect_right

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tuner.runs import downsample
from tuner.runs.downsample import Columns, column_edges, reduce

VALUES = st.floats(-1e9, 1e9) | st.sampled_from([math.nan, math.inf, -math.inf])
POINTS = st.lists(st.tuples(st.floats(-50, 500), VALUES), max_size=80).map(lambda p: sorted(p, key=lambda q: q[0]))


def naive(points: list[tuple[float, float]], low: float, high: float, count: int, *, log_x: bool) -> Columns:
    edges = column_edges(low, high, count, log_x=log_x)
    within: list[list[float]] = [[] for _ in range(count)]
    gaps = [False] * count
    gap = False
    inside = False
    for x, y in points:
        if low <= x <= high:
            column = bisect_right(edges, x)
            if not math.isfinite(y):
                gap = True
                continue
            if not within[column]:
                gaps[column] = gap
            within[column].append(y)
            gap, inside = False, True
        elif x < low and not inside:
            gap = not math.isfinite(y)
    nan = math.nan
    outside = [p for p in points if p[0] < low][-1:], [p for p in points if p[0] > high][:1]
    before, after = (p[0] if p and math.isfinite(p[0][1]) else None for p in outside)
    return Columns(
        [c[0] if c else nan for c in within], [c[-1] if c else nan for c in within],
        [min(c, default=nan) for c in within], [max(c, default=nan) for c in within],
        [bool(c) for c in within], gaps, before, after,
    )  # fmt: skip


def said(columns: Columns) -> str:
    return repr(columns).replace("-0.0", "0.0")


@given(POINTS, st.floats(-60, 500), st.floats(0, 600), st.integers(1, 30), st.booleans(), st.booleans())
def test_columns(
    points: list[tuple[float, float]], low: float, width: float, count: int, log_x: bool, many: bool
) -> None:
    assume(not log_x or low > 1e-3)
    x, y = [p[0] for p in points], [p[1] for p in points]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(downsample, "_LONG", 0 if many else 10**9)  # both ways have to come to the same
        found = reduce(x, y, low, low + width, count, log_x=log_x)
    assert said(found) == said(naive(points, low, low + width, count, log_x=log_x))
    assert len(found) == count


def test_a_single_spike_is_never_lost() -> None:
    y = [0.0] * 100_000
    y[77_777] = 9.0
    columns = reduce([float(i) for i in range(100_000)], y, 0.0, 99_999.0, 100)
    assert columns.high[77] == 9.0
    assert (max(columns.high[:77]), columns.low[77], columns.gap_before[77]) == (0.0, 0.0, False)


@pytest.mark.parametrize(
    ("low", "high", "count", "log_x"),
    [(0, 1, 0, False), (2, 1, 5, False), (math.nan, 1, 5, False), (0, math.inf, 5, False), (0, 9, 5, True)],
)
def test_a_window_that_cannot_be(low: float, high: float, count: int, log_x: bool) -> None:
    with pytest.raises(ValueError, match="cannot be made"):
        reduce([1.0], [1.0], low, high, count, log_x=log_x)
