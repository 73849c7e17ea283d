"""Merged rows, as charts, tables and the ranking ask for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow, parse_json_line, parse_row


@pytest.fixture
def history() -> MetricHistory:
    made = MetricHistory()
    made.extend(
        [
            MetricRow(10, {"loss": 2.0, "timestamp": 1.0, "interval_time": 0.1, "elapsed_seconds": 1.0}),
            MetricRow(20, {"loss": 1.5, "eval_loss": 1.8}),
            MetricRow(30, {"loss": 1.0}),
        ]
    )
    return made


def test_columns_in_order_of_appearance(history: MetricHistory) -> None:
    assert history.columns == ["loss", "timestamp", "interval_time", "elapsed_seconds", "eval_loss"]
    assert len(history) == 3


def test_latest_takes_the_newest_of_each_and_no_bookkeeping(history: MetricHistory) -> None:
    assert history.latest() == {"loss": 1.0, "eval_loss": 1.8}


def test_a_row_that_is_not_there(history: MetricHistory) -> None:
    assert history.row(15) == {}
    assert history.at_or_before(5) == {}


def test_the_metrics_of_a_step_or_of_the_last_before_it(history: MetricHistory) -> None:
    assert history.at_or_before(10) == {"loss": 2.0}
    assert history.at_or_before(29) == {"loss": 1.5}  # an evaluation is never lent to another step
    assert history.at_or_before(999) == {"loss": 1.0}


@given(st.lists(st.integers(0, 40), max_size=20), st.integers(-1, 41), st.integers(-1, 41))
def test_between_is_open_below_and_closed_above(steps: list[int], after: int, until: int) -> None:
    made = MetricHistory()
    made.extend(MetricRow(s, {"at": float(s)}) for s in sorted(set(steps)))
    wanted = [float(s) for s in sorted(set(steps)) if after < s <= until]
    assert [r["at"] for r in made.between(after, until)] == wanted


def test_going_back_to_the_very_first_step_forgets_all(history: MetricHistory) -> None:
    history.add(MetricRow(1, {"loss": 9.0}))
    assert history.steps == [1]
    assert history.latest() == {"loss": 9.0}


@pytest.mark.parametrize(
    ("line", "step"),
    [
        (b'{"step": 3}', 3),
        (b'{"step": 3.0}', 3),
        (b'{"current_steps": 3}', 3),
        (b'{"global_step": 3}', 3),
        (b'{"global_step/max_steps": "3/9"}', 3),
        (b'{"step": null, "global_step": 3}', 3),
        (b'{"step": NaN, "global_step": 3}', 3),
    ],
)
def test_every_way_to_name_a_step(line: bytes, step: int) -> None:
    row = parse_row(line)
    assert row is not None
    assert (row.step, dict(row.values)) == (step, {})


@pytest.mark.parametrize(
    "line", [b'{"step": true}', b'{"step": 1.5}', b'{"step": "x/9"}', b'{"step": Infinity}', b"{}", b"1"]
)
def test_what_names_no_step_is_no_row(line: bytes) -> None:
    assert parse_row(line) is None


def test_only_numbers_are_kept_and_times_become_seconds() -> None:
    row = parse_row(
        b'{"step": 1, "timestamp": "1970-01-01T00:01:00Z", "a": true, "b": "x", "c": null, "d": 2, "lr": 0.5}'
    )
    assert row is not None
    assert row.values == {"timestamp": 60.0, "d": 2.0, "learning_rate": 0.5}


@pytest.mark.parametrize(("text", "kept"), [("soon", {}), ("0001-01-01T00:00:00", {}), (5, {"timestamp": 5.0})])
def test_odd_times(text: object, kept: dict[str, float]) -> None:
    row = parse_row(
        f'{{"step": 1, "timestamp": {text if isinstance(text, int) else chr(34) + str(text) + chr(34)}}}'.encode()
    )
    assert row is not None
    assert row.values == kept


@given(st.binary(max_size=60))
def test_arbitrary_bytes_never_raise(line: bytes) -> None:
    row = parse_row(line)
    assert row is None or isinstance(row.step, int)
    parse_json_line(line)


def test_filling_in_never_overwrites_and_never_goes_beyond_the_end(history: MetricHistory) -> None:
    for row in (
        MetricRow(20, {"loss": 9.0, "grad_norm": 0.5}),
        MetricRow(15, {"loss": 1.7}),
        MetricRow(31, {"loss": 9.0}),
    ):
        history.fill(row)
    assert history.steps == [10, 15, 20, 30]
    assert history.row(20) == {"loss": 1.5, "eval_loss": 1.8, "grad_norm": 0.5}
    assert history.columns[-1] == "grad_norm"
