"""Axes: round numbers, logarithms, times."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuiapp.widgets.chart.scale import Scale, count_text, span_text
from tuiapp.widgets.chart.ticks import axis, log_axis, log_ticks, round_ticks, time_step
from tuner.runs.series import XAxis


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12), st.integers(2, 8))
def test_ticks_hold_the_range(low: float, size: float, most: int) -> None:
    made = axis(low, low + size, most)
    slack = (made.high - made.low) * 1e-6
    assert made.low <= low + slack and made.high >= low + size - slack
    assert 2 <= len(made.ticks) <= max(3, most)


@given(st.floats(allow_nan=False), st.floats(allow_nan=False), st.integers(2, 8))
def test_any_two_numbers_make_an_axis(one: float, two: float, most: int) -> None:
    low, high = min(one, two), max(one, two)
    for made in (axis(low, high, most), log_axis(max(low, 0.0), max(high, 0.0), most)):
        assert made.low < made.high
        assert all(-1e-6 <= made.share(t) <= 1 + 1e-6 for t in made.ticks)
        assert all(made.label(t) for t in made.ticks)


def test_few_ticks_do_not_take_the_lines_room() -> None:
    made = axis(0.3, 2.3, 3)
    assert (made.low, made.high, made.ticks) == (0.25, 2.5, (1, 2))
    made = axis(0.1, 3.2, 2)
    assert (made.low, made.high, made.ticks) == (0, 3.5, (0, 2))


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 1e-4, ["0", "2.5e-5", "5e-5", "7.5e-5", "1e-4"]),
        (0, 3e-3, ["0.000", "0.001", "0.002", "0.003"]),
        (-2e-5, 2e-5, ["-2e-5", "-1e-5", "0", "1e-5", "2e-5"]),
        (1e5, 1.3e5, ["1e5", "1.1e5", "1.2e5", "1.3e5"]),
        (0, 8e5, ["0", "2e5", "4e5", "6e5", "8e5"]),
    ],
)
def test_the_numbers_of_an_axis_have_one_form(low: float, high: float, labels: list[str]) -> None:
    made = axis(low, high, 5)
    assert [made.label(t) for t in made.ticks] == labels


def test_the_numbers_of_a_logarithmic_axis_have_one_form() -> None:
    small, large = log_axis(1e-7, 1e-3, 5), log_axis(1e-3, 1e2, 5)
    assert [small.label(t) for t in small.ticks] == ["1e-7", "1e-6", "1e-5", "1e-4", "1e-3"]
    assert [large.label(t) for t in large.ticks] == ["0.001", "0.1", "10"]


def test_a_logarithmic_axis_ends_on_one_two_five() -> None:
    made = log_axis(0.3, 40, 10)
    assert (made.low, made.high) == (0.2, 50)
    assert made.ticks == (0.2, 0.5, 1, 2, 5, 10, 20, 50)
    assert log_axis(1e-6, 3, 4).ticks == (1e-6, 1e-4, 1e-2, 1)
    assert made.share(0.2) == 0 and made.share(50) == 1


def test_a_logarithmic_axis_of_one_value_has_room() -> None:
    made = log_axis(1, 1, 4)
    assert made.low < made.high and made.ticks == (1, 2)


def test_round_ticks() -> None:
    assert round_ticks(0, 300, 5, whole=True) == [0, 100, 200, 300]
    assert round_ticks(7, 7, 5) == [7]
    assert round_ticks(0, 3, 10, whole=True) == [0, 1, 2, 3]
    assert log_ticks(1, 1000, 4) == [1, 10, 100, 1000]
    assert log_ticks(1, 8, 4) == [1, 2, 5]
    assert log_ticks(10, 20, 4) == [10, 12.5, 15, 17.5, 20]


@pytest.mark.parametrize(("span", "step"), [(0.3, 0.5), (3, 5), (50, 60), (1000, 1800), (50_000, 86400), (3e5, 432000)])
def test_steps_of_time_are_round(span: float, step: float) -> None:
    assert time_step(span) == step


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (0.25, "0.25s"), (45, "45s"), (90, "1m30"), (600, "10m"), (7500, "2h05"), (7200, "2h"),
     (273600, "3d4h"), (86400, "1d"), (-90, "-1m30"), (1e12, "1.157e+07d")],
)  # fmt: skip
def test_spans_of_time(seconds: float, text: str) -> None:
    assert span_text(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (812, "812"), (9999, "9999"), (12_000, "12k"), (12_345, "12345"), (1_500_000, "1.5M"), (3e9, "3G"),
     (0.25, "0.25"), (1e300, "1e+300")],
)  # fmt: skip
def test_counts(value: float, text: str) -> None:
    assert count_text(value) == text


def test_the_cursor_tells_an_x_exactly() -> None:
    assert Scale(0, 100, XAxis.STEP).exact(12345) == "12345"
    assert Scale(0, 100, XAxis.EPOCH).exact(1.23456) == "1.235"
    assert Scale(0, 100, XAxis.RELATIVE).exact(90) == "1m30"
    noon = time.mktime((2026, 11, 20, 12, 0, 5, 0, 0, -1))
    assert Scale(noon, noon + 9, XAxis.WALL).exact(noon) == "11-20 12:00:05"


def test_a_time_beyond_all_clocks_has_no_marks() -> None:
    assert Scale(1.8e299, 1.8e299, XAxis.RELATIVE).ticks(5) == []


def test_wall_time_is_told_by_the_clock() -> None:
    ten = time.mktime((2026, 11, 20, 10, 0, 0, 0, 0, -1))
    scale = Scale(ten + 60, ten + 3 * 3600, XAxis.WALL)
    assert [scale.label(t) for t in scale.ticks(4)] == ["11:00", "12:00", "13:00"]
    midnight = Scale(ten - 12 * 3600, ten + 12 * 3600, XAxis.WALL)
    assert midnight.label(ten - 10 * 3600) == "11-20"
    assert Scale(ten, ten + 100, XAxis.WALL).label(ten + 5) == "10:00:05"
    assert Scale(0, 1e20, XAxis.WALL).label(1e20) == "1e+20"


@given(st.floats(allow_nan=False), st.floats(allow_nan=False), st.sampled_from(list(XAxis)), st.booleans())
def test_any_two_numbers_make_a_scale(one: float, two: float, kind: XAxis, log: bool) -> None:
    low, high = sorted(max(-1e300, min(1e300, v)) for v in (one, two))
    if log:
        low = max(low, 1e-300)
        high = max(high, low * 2)
    scale = Scale(low, high, kind, log)
    for x in (low, high, 0.0, 1e308, -1e308):
        assert scale.label(x) and scale.exact(x) and -200 <= scale.dot(x, 100) <= 200
    assert len(scale.ticks(5)) <= 30
