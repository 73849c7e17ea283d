"""What the screen is handed: metrics of one moment over any axis, whatever the reader does meanwhile."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.run_builder import build_run, write_rows
from tests.support.subprocesses import run_python
from tuner.runs import axis_track, metric_axes
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow
from tuner.runs.metric_reader import MetricReader
from tuner.runs.metrics_view import MetricsView
from tuner.runs.series import XAxis

Row = Mapping[str, float]
CLOCK = st.floats(0, 1e6) | st.sampled_from([math.nan, math.inf]) | st.integers(0, 50).map(float)
STEPS_AHEAD = st.sampled_from([1, 1, 1, 1, 1, 2, 3, 0, 0, -2])
COLUMNS = ("elapsed_seconds", "timestamp", "epoch", "num_tokens")
VALUES = st.fixed_dictionaries(
    {}, optional={"loss": st.floats(), "eval_loss": st.floats(), **dict.fromkeys(COLUMNS, CLOCK)}
)


@st.composite
def runs(draw: st.DrawFn) -> list[tuple[int, Row]]:
    """Rows whose steps mostly go forward."""
    drawn = draw(st.lists(st.tuples(STEPS_AHEAD, VALUES), max_size=60))
    steps = itertools.accumulate(ahead for ahead, _ in drawn)
    return [(step, values) for step, (_, values) in zip(steps, drawn, strict=True)]


def history_of(rows: Sequence[tuple[int, Row]]) -> MetricHistory:
    made = MetricHistory()
    made.extend(MetricRow(step, values) for step, values in rows)
    return made


def naive_x(history: MetricHistory, axis: XAxis) -> list[float]:
    """Where each row lies, said plainly."""
    rows = [row for _, row in history.rows()]
    names = {XAxis.RELATIVE: ["elapsed_seconds", "timestamp"], XAxis.WALL: ["timestamp"], XAxis.EPOCH: ["epoch"],
             XAxis.TOKENS: ["num_tokens"]}.get(axis, [])  # fmt: skip
    source = next((n for n in names if any(n in row for row in rows)), None)
    if axis is XAxis.STEP:
        return [float(s) for s in history.steps]
    made: list[float] = []
    added, before = 0.0, None
    for row in rows:
        value = row.get(source or "", math.nan)
        if not math.isfinite(value):
            made.append(made[-1] if made else math.nan)
            continue
        if before is None:
            added = -value if axis is XAxis.RELATIVE else 0.0
            x = value + added
        else:
            if source == "elapsed_seconds" and value < before:
                added = made[-1]
            x = max(made[-1], value + added)
        before = value
        made.append(x)
    return made


def check(view: MetricsView, history: MetricHistory) -> None:
    for axis in XAxis:
        where = naive_x(history, axis)
        for name in ("loss", "eval_loss"):
            wanted = [
                (x, repr(row[name]))
                for x, (_, row) in zip(where, history.rows(), strict=True)
                if name in row and not math.isnan(x)
            ]
            series = view.series(name, axis)
            assert list(zip(series.x, map(repr, series.y), strict=True)) == wanted, axis
            assert all(a <= b for a, b in itertools.pairwise(series.x))


@given(runs(), st.lists(st.integers(0, 60), max_size=4), st.booleans())
def test_series_over_every_axis_as_rows_come(rows: list[tuple[int, Row]], looks: list[int], many: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for module in (axis_track, metric_axes):
            patch.setattr(module, "LONG", 1 if many else 10**9)  # both ways have to come to the same
        history = MetricHistory()
        for count, (step, values) in enumerate(rows):
            history.add(MetricRow(step, values))
            if count in looks:
                check(MetricsView.of(history), history)
        check(MetricsView.of(history), history)


@given(runs(), st.integers(0, 60))
def test_a_view_stays_as_it_was(rows: list[tuple[int, Row]], at: int) -> None:
    history = history_of(rows[:at])
    view, copy = MetricsView.of(history), history_of(rows[:at])
    facts = (list(view.names), view.rows, view.last_step, repr(view.latest()))
    before = history.last_step
    for step, values in rows[at:]:
        if step != before:  # the last row may be completed
            history.add(MetricRow(step, values))
            before = step
            MetricsView.of(history).series("loss", XAxis.RELATIVE)
    check(view, copy)
    assert facts == (list(view.names), view.rows, view.last_step, repr(view.latest()))


def test_what_a_view_says() -> None:
    history = history_of([(1, {"timestamp": 5.0, "loss": 2.0}), (2, {"loss": math.nan, "eval_loss": 3.0})])
    view = MetricsView.of(history)
    assert (list(view.names), view.rows, view.last_step, view.newest_timestamp) == (["loss", "eval_loss"], 2, 2, 5.0)
    assert view.latest() == {"loss": 2.0, "eval_loss": 3.0}
    assert list(view.axes) == [XAxis.STEP, XAxis.RELATIVE, XAxis.WALL]
    assert view.at(1) == {"loss": 2.0}
    assert view.at(99)["eval_loss"] == 3.0
    assert view.at(0) == {}
    assert len(view.series("nothing")) == 0


def test_the_version_tells_whether_earlier_values_changed() -> None:
    history = history_of([(1, {"loss": 2.0}), (2, {"loss": 1.0})])
    first = MetricsView.of(history)
    history.add(MetricRow(3, {"loss": 0.5}))
    grown = MetricsView.of(history)
    assert (grown.version, grown.series("loss").version) == (first.version, first.series("loss").version)
    assert grown.series("loss").version != grown.series("loss", XAxis.WALL).version
    history.add(MetricRow(2, {"loss": 9.0}))
    assert MetricsView.of(history).version != first.version
    assert list(first.series("loss").y) == [2.0, 1.0]


def test_an_empty_view() -> None:
    view = MetricsView.of(MetricHistory())
    assert (list(view.names), list(view.axes), view.rows, view.last_step) == ([], [], 0, None)
    assert (view.newest_timestamp, view.at(3), view.latest()) == (None, {}, {})


def test_samples_of_the_machine_are_all_kept_beside_the_metrics(tmp_path: Path) -> None:
    run = build_run(tmp_path, rows=[{"step": s, "loss": 1.0 / s, "elapsed_seconds": float(s)} for s in (1, 2, 3)])
    samples = [
        {"timestamp": "2026-11-20T10:00:00.000Z", "elapsed_seconds": 5.0 * i, "step": step, "system/cpu_percent": i}
        for i, step in enumerate((0, 0, 1, 1, 3))
    ]
    file = write_rows(run / "logs" / "system_20261120_100000.jsonl", samples)
    reader = MetricReader(run)
    assert reader.refresh() is True
    view = reader.view()
    assert list(view.names) == ["loss", "system/cpu_percent"]
    cpu = view.series("system/cpu_percent")
    assert (list(cpu.x), list(cpu.y)) == ([0, 0, 1, 1, 3], [0, 1, 2, 3, 4])
    assert list(view.series("system/cpu_percent", XAxis.RELATIVE).x) == [0, 5, 10, 15, 20]
    assert view.at(2) == {"loss": 0.5, "system/cpu_percent": 3.0}
    assert (view.rows, view.latest()["system/cpu_percent"]) == (3, 4.0)
    write_rows(file, samples[:1])
    assert reader.refresh() is True
    assert len(reader.view().series("system/cpu_percent")) == 1


def test_a_small_run_is_read_without_numpy(tmp_path: Path) -> None:
    run = build_run(tmp_path, rows=[{"step": s, "loss": 1.0, "elapsed_seconds": 1.0} for s in range(500)])
    code = (
        "import sys; from pathlib import Path; from tuner.runs.metric_reader import MetricReader\n"
        "from tuner.runs.series import XAxis; from tuner.runs.series_cache import SeriesCache\n"
        f"r = MetricReader(Path({str(run)!r})); r.refresh(); s = r.view().series('loss', XAxis.RELATIVE)\n"
        "SeriesCache().columns('a', s, 0.9, 0.0, 500.0, 100)\n"
        "assert len(s) == 500 and not {'numpy', 'msgspec'} & set(sys.modules), 'numpy is loaded'"
    )
    done = run_python(code)
    assert (done.returncode, done.stderr) == (0, "")
