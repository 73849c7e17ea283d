"""A figure as lines of text, cell by cell."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tuiapp.screen.chart_support import one, plain, plot, series
from tuiapp.widgets.chart.canvas import Canvas
from tuiapp.widgets.chart.drawing import draw
from tuiapp.widgets.chart.figure import Band, Figure, Mark, MarkKind, Window
from tuiapp.widgets.chart.inks import line_ink, raw_ink
from tuiapp.widgets.chart.line_store import LineStore
from tuner.runs.series import XAxis


def test_a_small_chart_dot_by_dot() -> None:
    assert plain(one([0, 1, 2, 3, 4, 5, 6, 7]), 16, 6) == [
        " │            ⡠⠔",
        "5┤        ⡠⠤⠊⠉  ",
        " │    ⡠⠤⠊⠉      ",
        "0┤⡠⠤⠊⠉          ",
        " └──────────────",
        "          5     ",
    ]


def test_a_small_chart_with_a_gap() -> None:
    assert plain(one([100.0, 10.0, 0.0, -1.0, 1.0, 10.0], log_y=True), 24, 7) == [
        "100┤⠑⢄                  ",
        "   │  ⠱⡀                ",
        "   │   ⠈⠂              ⡔",
        "   │                 ⢀⠎ ",
        "  1┤                ⡠⠃  ",
        "   └────────────────────",
        "        2       4      6",
    ]


def test_columns_and_lines_of_dots() -> None:
    canvas = Canvas(2, 2)
    canvas.column(0, 0, 7, 10)
    canvas.column(3, 2, 5, 11)
    assert canvas.row(0) == [("⡇", 10), ("⢠", 11)] and canvas.row(1) == [("⡇", 10), ("⠘", 11)]
    canvas = Canvas(2, 1)
    canvas.line(0, 3, 3, 0, 10)
    assert canvas.row(0) == [("⡠⠊", 10)]


def test_dots_outside_are_left_out() -> None:
    canvas = Canvas(2, 1)
    canvas.column(-1, 0, 3, 10)
    canvas.column(4, 0, 3, 10)
    canvas.column(0, 9, 12, 10)
    canvas.column(1, -5, 0, 10)
    canvas.glyph(0, 4, "◆", 10)
    assert canvas.row(0) == [("⠈ ", 10)]


def test_every_line_is_as_wide_as_the_chart() -> None:
    for line in plain(one([2.0, 1.0, 0.5] * 30)):
        assert len(line) == 60


def test_nan_and_infinity_are_gaps_and_counted() -> None:
    values = [1.0, 2.0, math.nan, math.inf, -math.inf, 1.5, 1.0]
    store = LineStore()
    lines = plain(one(values), store=store)
    assert lines[0].split("┤")[0].strip() == "2.00"
    assert draw(one(values), 60, 12, store).notes.told() == ["1 NaN", "2 infinite"]
    bridged = plain(Figure([plot([1.0, 2.0, 1.5, 1.0], [1, 2, 6, 7])]))
    assert lines[:-2] != bridged[:-2] and lines[-2:] == bridged[-2:], "the gap is not bridged"


@pytest.mark.parametrize("count", [2, 3, 119, 1_000, 20_000])
def test_a_single_spike_is_never_lost(count: int) -> None:
    values = [0.0] * count
    values[count // 2] = 100.0
    top = plain(one(values))[0]
    assert any("\u2801" <= c <= "\u28ff" for c in top), "the highest value reaches the top row"


def test_only_gaps_draw_nothing() -> None:
    assert plain(one([math.nan, math.nan])) == []


def test_marks_stand_on_the_axis_and_the_best_wins() -> None:
    marks = [Mark(25, MarkKind.CHECKPOINT), Mark(50, MarkKind.BEST), Mark(50, MarkKind.EVALUATION)]
    axis = plain(one([1.0, 0.5] * 50, marks=marks))[-2]
    assert axis.count("▲") == 1 and axis.count("★") == 1 and "◆" not in axis
    assert axis.index("▲") < axis.index("★")


def test_many_marks_do_not_hide_the_axis() -> None:
    marks = [Mark(x, MarkKind.EVALUATION) for x in range(1, 101)]
    axis = plain(one([1.0, 0.5] * 50, marks=marks))[-2]
    assert "┴" in axis and "◆" not in axis


def test_the_raw_line_lies_behind_the_smoothed_one() -> None:
    drawing = draw(one([1.0, 0.0] * 40, smoothing=0.9), 60, 12, LineStore())
    inks = {ink for line in drawing.lines for _, ink in line}
    assert raw_ink(0) in inks and line_ink(0) in inks
    assert raw_ink(0) not in {ink for line in draw(one([1.0, 0.0] * 40), 60, 12, LineStore()).lines for _, ink in line}


def test_lines_end_with_their_letters_each_in_a_cell_of_its_own() -> None:
    both = [plot([1.0, 2.0], name="a", letter="A"), plot([1.0, 2.0], name="b", letter="B", colour=1)]
    lines = plain(Figure(both))
    ends = [line[-1] for line in lines[:-2]]
    assert "A" in ends and "B" in ends


def test_a_logarithmic_y_leaves_out_what_has_no_place_and_says_so() -> None:
    store = LineStore()
    figure = one([100.0, 10.0, 0.0, -1.0, 1.0, 10.0], log_y=True)
    lines = plain(figure, store=store)
    labels = [line.split("┤")[0].strip() for line in lines if "┤" in line]
    assert labels == ["100", "10", "1"]
    assert draw(figure, 60, 12, store).notes.told() == ["2 values ≤ 0 left out"]


def test_a_decade_is_as_high_as_the_next_one() -> None:
    labels = [line.split("┤")[0].strip() for line in plain(one([1.0, 10.0, 100.0], log_y=True), 40, 11) if "┤" in line]
    rows = [i for i, line in enumerate(plain(one([1.0, 10.0, 100.0], log_y=True), 40, 11)) if "┤" in line]
    assert labels == ["100", "10", "1"] and rows[1] - rows[0] == rows[2] - rows[1]


def test_a_logarithmic_y_without_any_positive_value_draws_nothing() -> None:
    assert plain(one([-1.0, 0.0], log_y=True)) == []


def test_a_logarithmic_x_leaves_out_what_is_not_above_zero() -> None:
    figure = Figure([plot([5.0, 4.0, 3.0, 2.0], [0, 1, 10, 100])], log_x=True)
    lines = plain(figure)
    assert lines[-1].split() == ["1", "10", "100"]
    assert draw(figure, 60, 12, LineStore()).notes.told() == ["1 value at x ≤ 0 left out"]
    middle, end = lines[-1].index("10"), len(lines[-1]) - 3
    assert abs(middle - (4 + (end - 4) / 2)) <= 3, "as far from 1 as from 100"


def test_the_time_of_day_is_never_logarithmic() -> None:
    figure = Figure([plot([1.0, 2.0], [0.0, 3600.0])], axis=XAxis.WALL, log_x=True)
    assert plain(figure) == plain(Figure([plot([1.0, 2.0], [0.0, 3600.0])], axis=XAxis.WALL))


def test_outliers_are_clipped_on_request_and_counted() -> None:
    values = [1.0 + 0.001 * (i % 7) for i in range(400)]
    values[100], values[200] = 500.0, -500.0
    clipped = draw(one(values, clip=True), 60, 12, LineStore())
    assert clipped.notes.told() == ["2 beyond"]
    assert "1.00" in "".join(text for text, _ in clipped.lines[0]) and "500" not in str(clipped.lines)
    assert draw(one(values), 60, 12, LineStore()).notes.told() == []


def test_the_healthy_range_is_drawn_where_its_end_is_in_sight() -> None:
    band = Band(0.1, 10.0)
    drawing = draw(one([0.0, 30.0, 5.0], band=band), 60, 12, LineStore())
    assert sum("┈" in "".join(t for t, _ in line) for line in drawing.lines) == 2
    first, last = drawing.shaded
    assert first < last
    inside = draw(one([1.0, 2.0], band=band), 60, 12, LineStore())
    assert inside.shaded == (0, -1) and "┈" not in str(inside.lines)


def test_a_window_shows_a_part_and_lines_lead_out_of_it() -> None:
    figure = one([float(v) for v in range(1, 101)], window=Window(40.5, 40.8))
    lines = plain(figure)
    assert all(any(row[c] != " " for row in lines[:-2]) for c in range(6, 60)), "the line crosses all of it"
    assert plain(one([1.0, 2.0, math.nan, math.nan, 5.0], window=Window(3.2, 3.8))) == []


def test_a_window_without_a_point_draws_nothing() -> None:
    assert plain(one([1.0, 2.0], window=Window(10, 20))) == []


def test_points_are_diamonds_and_a_lone_value_is_seen() -> None:
    points = Figure([plot([1.0, 2.0, 3.0], line=False, points=True)])
    assert sum(line.count("◆") for line in plain(points)) == 3
    dense = Figure([plot([1.0, 2.0] * 500, points=True)])
    assert sum(line.count("◆") for line in plain(dense)) == 0, "the line alone tells more"


def test_shares_are_told_in_percent_and_from_nothing_to_all() -> None:
    lines = plain(one([0.5, 0.9], percent=True))
    labels = [line.split("┤")[0].strip() for line in lines if "┤" in line]
    assert labels[0] == "100%" and labels[-1] == "0%"


def test_a_growing_series_is_drawn_as_if_it_were_new() -> None:
    store, values = LineStore(), [1.0, 3.0, 2.0, math.nan, 4.0, -2.0] * 20
    for count in (1, 5, 60, 119, 120):
        figure = Figure([plot(values[:count])], smoothing=0.8, log_y=True)
        assert plain(figure, store=store) == plain(figure)


values_of_any_kind = st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=80)


@given(
    values_of_any_kind,
    st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=80),
    st.integers(0, 90),
    st.integers(0, 30),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0.0, 0.9]),
)
def test_nothing_breaks_the_drawing(
    values: list[float], x: list[float], width: int, height: int, log_x: bool, log_y: bool, clip: bool, weight: float
) -> None:
    count = min(len(values), len(x))
    made = plot(values[:count], sorted(x[:count]), points=count % 2 == 0, letter="A")
    figure = Figure([made], log_x=log_x, log_y=log_y, clip=clip, smoothing=weight, band=Band(0.1, 10.0))
    for line in draw(figure, width, height, LineStore()).lines:
        assert sum(len(text) for text, _ in line) == width


def test_the_smallest_sizes_draw_nothing() -> None:
    for width in range(15):
        for height in range(4):
            assert all(len(line) == width for line in plain(one([1.0, 2.0]), width, height))
    assert len(series([1.0])) == 1
