"""The chart's drawing, without a screen."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuiapp.screens.reading.series_store import Series, SeriesStore
from tuiapp.widgets.chart.figure import Figure, Plot, draw
from tuiapp.widgets.chart.ticks import axis, step_ticks
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow


def plain(figure: Figure, width: int = 60, height: int = 12) -> list[str]:
    return ["".join(text for text, _ in line) for line in draw(figure, width, height)]


def series(values: list[float]) -> Series:
    made = Series()
    for step, value in enumerate(values, 1):
        made.put(step, value)
    return made


def one(values: list[float]) -> Figure:
    return Figure([Plot("loss", "loss", series(values))])


def test_every_line_is_as_wide_as_the_chart() -> None:
    for line in plain(one([2.0, 1.0, 0.5] * 30)):
        assert len(line) == 60


def test_nan_is_a_gap_and_never_widens_the_range() -> None:
    values = [1.0, 2.0, math.nan, math.inf, -math.inf, 1.5, 1.0]
    made = series(values)
    assert made.values == [1.0, 2.0, 1.5, 1.0] and made.gaps == [3, 4, 5]
    lines = plain(Figure([Plot("loss", "loss", made)]))
    joined = plain(Figure([Plot("loss", "loss", Series(made.steps, made.values, []))]))
    assert lines[0].split("┤")[0].strip() == "2.00" and lines != joined, "the gap is not bridged"


def test_only_gaps_draw_nothing() -> None:
    assert plain(one([math.nan, math.nan])) == []


@pytest.mark.parametrize("count", [2, 3, 119, 1_000, 20_000])
def test_a_single_spike_is_never_lost(count: int) -> None:
    values = [0.0] * count
    values[count // 2] = 100.0
    top = plain(one(values))[0]
    assert any("\u2801" <= c <= "\u28ff" for c in top), "the highest value reaches the top row"


def test_marks_stand_on_the_axis() -> None:
    lines = plain(Figure([Plot("loss", "loss", series([1.0, 0.5] * 50))], {25: False, 50: True}))
    assert lines[-2].count("▲") == 1 and lines[-2].count("★") == 1
    assert lines[-2].index("▲") < lines[-2].index("★")


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=0, max_size=300),
    st.integers(0, 120),
    st.integers(0, 40),
)
def test_nothing_breaks_the_drawing(values: list[float], width: int, height: int) -> None:
    for line in draw(one(values), width, height):
        assert sum(len(text) for text, _ in line) == width


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12), st.integers(2, 8))
def test_ticks_hold_the_range(low: float, size: float, most: int) -> None:
    made = axis(low, low + size, most)
    slack = (made.high - made.low) * 1e-6
    assert made.low <= low + slack and made.high >= low + size - slack
    assert 2 <= len(made.ticks) <= max(3, most)


def test_step_ticks_are_round() -> None:
    assert step_ticks(0, 300, 5) == [0, 100, 200, 300]
    assert step_ticks(7, 7, 5) == [7]


def test_the_store_follows_only_what_is_new_and_forgets_a_rewound_attempt() -> None:
    history, store = MetricHistory(), SeriesStore()
    history.add(MetricRow(1, {"loss": 3.0, "timestamp": 1.0}))
    history.add(MetricRow(2, {"loss": 2.0}))
    store.follow(history)
    history.add(MetricRow(2, {"eval_loss": 2.5}))
    history.add(MetricRow(3, {"loss": 1.0}))
    store.follow(history)
    seen = store.snapshot()
    assert seen["loss"].steps == [1, 2, 3] and seen["eval_loss"].values == [2.5] and "timestamp" not in seen
    history.add(MetricRow(2, {"loss": 9.0}))
    store.follow(history)
    assert store.snapshot()["loss"].values == [3.0, 9.0] and "eval_loss" not in store.snapshot()
