"""What charts are made of, without a screen: groups, counts, windows, places, legends."""

from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tuiapp.screen.chart_support import plain, plot, series, view_of
from tuiapp.screens.main.chart_data import ChartData
from tuiapp.screens.reading.overlay import OverlayRun
from tuiapp.widgets.chart.choice import Group, groups_of, is_regular, matching, split_for_overlay
from tuiapp.widgets.chart.counts import Counts, CountStore, count, extremes, outside, percentiles
from tuiapp.widgets.chart.figure import Figure, Notes, Window
from tuiapp.widgets.chart.grid_places import capacity, places
from tuiapp.widgets.chart.legend import legend
from tuiapp.widgets.chart.line_store import LineStore
from tuiapp.widgets.chart.options import ChartOptions
from tuiapp.widgets.chart.panel import differing
from tuiapp.widgets.chart.styles import ChartStyles
from tuiapp.widgets.chart.window import Viewport
from tuner.runs.series import XAxis

STYLES = ChartStyles(
    dict.fromkeys(("background", "foreground", "primary", "accent", "secondary", "success", "error"), "#808080")
)


def test_the_telling_metrics_come_first_and_evaluations_beside_their_own() -> None:
    names = ["zeta", "eval_foo", "grad_norm", "foo", "eval_loss", "loss", "epoch"]
    assert [g.names for g in groups_of(names)] == [
        ("loss", "eval_loss"), ("grad_norm",), ("zeta",), ("foo", "eval_foo"),
    ]  # fmt: skip
    assert ("epoch",) in [g.names for g in groups_of(names, counters=True)]


def test_a_pattern_chooses_metrics_whatever_the_case() -> None:
    groups = groups_of(["loss", "eval_loss", "kl", "rewards/margins"])
    assert [g.names for g in matching(groups, "LOSS$|^k")] == [("loss", "eval_loss"), ("kl",)]
    assert matching(groups, "a(") == [] and not is_regular("a(") and is_regular("a")


def test_over_others_each_chart_has_one_metric() -> None:
    both = [Group(("rewards/chosen", "rewards/rejected")), Group(("loss", "eval_loss"))]
    assert [g.names for g in split_for_overlay(both)] == [
        ("rewards/chosen",), ("rewards/rejected",), ("loss", "eval_loss"),
    ]  # fmt: skip


any_floats = st.lists(st.floats(), min_size=1, max_size=60)


@given(any_floats)
def test_long_series_are_counted_as_short_ones_are(values: list[float]) -> None:
    long = values * (2000 // len(values) + 1)
    times = len(long) // len(values)
    short = count([1.0] * len(values), values)
    made = count([1.0] * len(long), series(long).y)
    assert (made.nan, made.infinite, made.not_positive) == (
        short.nan * times, short.infinite * times, short.not_positive * times,
    )  # fmt: skip
    for positive in (True, False):
        assert extremes(series(long).y, positive=positive) == extremes(values, positive=positive)
    assert outside(series(long).y, -1, 1) == outside(values, -1, 1) * times
    assert percentiles(series(long).y, 0, 1) == percentiles(values, 0, 1)


@given(st.lists(any_floats, min_size=1, max_size=6))
def test_a_growing_series_is_counted_as_a_whole_one(parts: list[list[float]]) -> None:
    store, values = CountStore(), list[float]()
    for part in parts:
        values += part
        assert store.of("k", series(values)) == count(range(1, len(values) + 1), values)
    assert store.of("k", series(values[:1])) == count([1.0], values[:1]), "a shorter one begins anew"


def test_percentiles_are_by_nearest_rank() -> None:
    assert percentiles([float(v) for v in range(101)], 0.01, 0.99) == (1.0, 99.0)
    assert percentiles([math.nan], 0.01, 0.99) is None and Counts() + Counts(1) == Counts(1)


def test_a_long_series_has_no_place_for_zero_on_a_logarithmic_y() -> None:
    values = [1.0, 10.0, 0.0, 100.0] * 600
    long = plain(Figure([plot(values)], log_y=True))
    assert long[0].startswith("100") and any("\u2801" <= c <= "\u28ff" for c in long[0])


def viewport(low: float, high: float, *, live: bool = False, log: bool = False) -> Viewport:
    made = Viewport()
    made.set_extent((low, high), XAxis.STEP, log=log, live=live, points=1000)
    return made


def seen(view: Viewport) -> tuple[float, float]:
    scale = view.scale()
    assert scale is not None
    return scale.low, scale.high


def test_a_window_stays_inside_and_has_a_least_width() -> None:
    view = viewport(0, 1000)
    view.zoom(0.5, 100)
    assert seen(view) == pytest.approx((50, 550))
    view.pan(-5)
    assert seen(view) == pytest.approx((0, 500))
    view.pan(9)
    assert seen(view)[1] == pytest.approx(1000)
    view.select(10, 10.001)
    low, high = seen(view)
    assert high - low == pytest.approx(4)
    view.select(-50, 100)
    assert seen(view)[0] == pytest.approx(0)
    view.zoom(1e9, None)
    assert not view.is_zoomed
    view.pan(0.5)
    assert not view.is_zoomed, "all is in sight already"


def test_a_logarithmic_window_is_zoomed_by_ratios() -> None:
    view = viewport(1, 10_000, log=True)
    view.zoom(0.5, 100)
    assert seen(view) == pytest.approx((10, 1000))
    view.reveal(5000)
    assert seen(view)[1] == pytest.approx(10_000)


def test_a_window_without_anything_to_see() -> None:
    view = Viewport()
    for act in (lambda: view.zoom(0.5, 1), lambda: view.pan(1), lambda: view.select(1, 2), lambda: view.reveal(1)):
        act()
    assert view.scale() is None
    view.set_extent((5, 5), XAxis.STEP, log=False, live=False, points=1)
    assert seen(view) == (5, 6)
    view.set_extent(None, XAxis.STEP, log=False, live=False, points=0)
    assert view.scale() is None


def test_a_growing_chart_has_room_to_grow() -> None:
    view = viewport(1, 812, live=True)
    assert 812 < seen(view)[1] <= 812 * 1.03
    assert seen(viewport(1, 812)) == (1, 812)


@given(st.integers(0, 40), st.integers(0, 300), st.integers(0, 90))
def test_charts_fill_the_room_without_touching(count: int, width: int, height: int) -> None:
    made = places(count, width, height)
    assert len(made) == min(count, capacity(width, height))
    taken: set[tuple[int, int]] = set()
    for place in made:
        assert place.x + place.width <= max(width, 1) and place.y + place.height <= max(height, 1)
        corners = {(x, y) for x in range(place.x, place.x + place.width) for y in (place.y, place.y + place.height - 1)}
        assert not corners & taken
        taken |= corners


def test_how_many_charts_there_are_room_for() -> None:
    assert capacity(112, 17) == 2 and capacity(76, 17) == 2 and capacity(40, 6) == 1 and capacity(156, 40) == 12


def test_the_legend_gives_way_where_there_is_little_room() -> None:
    figure = Figure([plot([1.0, math.inf])], smoothing=0.5)
    store = LineStore()
    for width in range(60):
        parts = legend(figure, Notes(infinite=1), store, STYLES, width, 2.0, "▸")
        assert sum(len(t) for t, _ in parts) == width
    text = "".join(t for t, _ in legend(figure, Notes(infinite=1), store, STYLES, 60, 2.0, ""))
    assert "loss ∞" in text and text.endswith("1 infinite")
    assert "loss –" in "".join(t for t, _ in legend(figure, Notes(), store, STYLES, 60, 0.5, ""))


def test_only_cells_that_differ_for_the_eye_are_sent() -> None:
    assert differing(3, [("abc  ", 1)], [("abc", 1), ("  ", 2)]) == []
    assert [(s.start, s.stop) for s in differing(3, [("a" * 40, 1)], [("b" + "a" * 38 + "b", 1)])] == [(0, 1), (39, 40)]
    assert [(s.start, s.stop) for s in differing(3, [("abc", 1)], [("xbx", 1)])] == [(0, 3)]
    assert [(s.start, s.stop) for s in differing(3, [("abc", 1)], [("a", 1), ("bc", 2)])] == [(1, 3)]


def test_options_step_through_weights_and_stay_at_the_ends() -> None:
    options = ChartOptions()
    assert options.smoother(-1).smoothing == 0.0 and options.smoother(1).smoothing == 0.5
    for _ in range(20):
        options = options.smoother(1)
    assert options.smoothing == 0.995 and ChartOptions.from_section(options.section()) == options


options_named = st.sampled_from(["smoothing", "axis", "pattern", "chart", "log_x", "log_y", "clip"])


@given(st.dictionaries(options_named, st.none() | st.booleans() | st.floats() | st.text() | st.integers()))
def test_whatever_was_remembered_makes_options(kept: dict[str, object]) -> None:
    made = ChartOptions.from_section(kept)
    assert ChartOptions.from_section(made.section()) == made


@given(st.lists(st.text(min_size=1, max_size=90), min_size=1, max_size=5), st.floats())
def test_any_metric_name_and_value_is_charted(names: list[str], value: float) -> None:
    data = ChartData()
    view = view_of([{"step": s, **dict.fromkeys(names, value)} for s in (1, 2)])
    data.show(OverlayRun("run", "label\x1b[31m", view), live=False)
    store = LineStore()
    for group in data.groups(""):
        figure = data.figure(group, ChartOptions(smoothing=0.9, log_y=True))
        for line in plain(figure, 40, 9, store):
            assert len(line) == 40
        for text, _ in legend(figure, Notes(), store, STYLES, 40, 1.0, ""):
            assert all(unicodedata.category(char) != "Cc" for char in text)


def test_steps_and_other_axes_tell_each_other() -> None:
    data = ChartData()
    rows = [{"step": s, "loss": 1.0, "epoch": s / 10} for s in range(1, 11)]
    assert data.x_of(3, XAxis.EPOCH) is None and data.step_at(1.0, XAxis.STEP) is None
    data.show(OverlayRun("run", "", view_of(rows)), live=False)
    assert data.x_of(3, XAxis.EPOCH) == pytest.approx(0.3) and data.step_at(0.31, XAxis.EPOCH) == 3
    assert data.x_of(0, XAxis.EPOCH) is None and data.x_of(7, XAxis.STEP) == 7
    assert data.extent(XAxis.STEP, [], log=False) == (1, 10) and data.points == 10
    assert plain(Figure(data.figure(Group(("loss",)), ChartOptions()).plots, window=Window(2, 4))) != []
