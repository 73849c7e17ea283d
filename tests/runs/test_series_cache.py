"""What is kept between two frames of a chart is what would be worked out anew."""

from __future__ import annotations

import math
from array import array

from hypothesis import given
from hypothesis import strategies as st

from tuner.runs.downsample import reduce
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow
from tuner.runs.metrics_view import MetricsView
from tuner.runs.series import Series
from tuner.runs.series_cache import SeriesCache
from tuner.runs.smoothing import smooth

VALUES = st.floats(-1e6, 1e6) | st.just(math.nan)


def series(values: list[float], version: int = 1) -> Series:
    return Series(array("d", range(len(values))), array("d", values), version)


@given(
    st.lists(st.tuples(st.integers(0, 12), VALUES, st.booleans()), max_size=40),
    st.sampled_from([0.0, 0.5, 0.95]),
)
def test_a_run_followed_row_by_row(rows: list[tuple[int, float, bool]], weight: float) -> None:
    history, cache = MetricHistory(), SeriesCache()
    for step, value, look in rows:
        history.add(MetricRow(step, {"loss": value}))
        if look:
            found = MetricsView.of(history).series("loss")
            kept = cache.smoothed("loss", found, weight)
            assert (list(kept.x), list(map(repr, kept.y))) == (list(found.x), list(map(repr, smooth(found.y, weight))))
            columns = cache.columns("loss", found, weight, 0.0, 12.0, 7)
            assert repr(columns) == repr(reduce(kept.x, kept.y, 0.0, 12.0, 7))


def test_the_same_question_costs_nothing() -> None:
    cache, one = SeriesCache(), series([1.0, 2.0, math.nan])
    first = cache.columns("a", one, 0.5, 0.0, 2.0, 10)
    assert cache.columns("a", series([1.0, 2.0, math.nan]), 0.5, 0.0, 2.0, 10) is first
    assert cache.columns("a", one, 0.6, 0.0, 2.0, 10) is not first
    assert cache.columns("a", series([5.0, 6.0, math.nan], version=2), 0.6, 0.0, 2.0, 10).first[0] == 5.0


def test_a_growing_series_is_smoothed_only_where_it_grew() -> None:
    cache = SeriesCache()
    before = cache.smoothed("a", series([1.0, 2.0, 3.0]), 0.5).y
    after = cache.smoothed("a", series([math.inf, math.inf, 3.0, 4.0]), 0.5).y
    assert list(after[:3]) == list(before), "the first values are not looked at again"


def test_the_longest_unasked_is_dropped_and_all_can_be() -> None:
    cache = SeriesCache(keep=2)
    asked = {key: cache.columns(key, series([1.0]), 0.0, 0.0, 1.0, 2) for key in "ab"}
    assert cache.columns("a", series([1.0]), 0.0, 0.0, 1.0, 2) is asked["a"]
    cache.columns("c", series([1.0]), 0.0, 0.0, 1.0, 2)
    assert cache.columns("a", series([1.0]), 0.0, 0.0, 1.0, 2) is asked["a"]
    assert cache.columns("b", series([1.0]), 0.0, 0.0, 1.0, 2) is not asked["b"]
    cache.forget()
    assert cache.columns("a", series([1.0]), 0.0, 0.0, 1.0, 2) is not asked["a"]
    assert len(cache.smoothed("a", series([]), 0.5)) == 0
