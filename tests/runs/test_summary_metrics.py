"""What lists show of metrics, read from the ends of files, against reading all of them."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.support.run_builder import metric_row, write_rows
from tuner.runs.summary_metrics import POINTS, SummaryMetrics

NAN = float("nan")
KEYS = st.sampled_from(["loss", "eval_loss", "grad_norm", "rewards/margins", "layer1", "layer2", "eval/set10/loss"])
NUMBERS = st.one_of(st.integers(-(10**20), 10**20), st.just(10**400), st.floats())
ROWS = st.lists(st.dictionaries(KEYS, NUMBERS, max_size=5), max_size=30)


def tail(*files: Path) -> SummaryMetrics:
    return SummaryMetrics([str(f) for f in files])


@given(rows=ROWS)
def test_the_newest_values_are_those_of_reading_every_row(
    tmp_path_factory: object, rows: list[dict[str, float]]
) -> None:
    folder = tmp_path_factory.mktemp("tail")  # type: ignore[attr-defined] # hypothesis knows no fixture of one example
    file = write_rows(folder / "m.jsonl", [metric_row(i, **row) for i, row in enumerate(rows)], torn='{"step": 99')
    expected: dict[str, float | None] = {}
    for row in rows:
        for key, value in row.items():
            expected[key] = float(value) if value != 10**400 and math.isfinite(value) else None
    assert tail(file).newest() == expected


def test_rare_metrics_of_a_long_file_are_found(tmp_path: Path) -> None:
    rows = [metric_row(s, loss=1.0 / (s + 1), grad_norm=0.5e-7 * s) for s in range(3000)]
    rows[2700]["eval_loss"] = 0.25
    found = tail(write_rows(tmp_path / "m.jsonl", [*rows, {"level": "INFO"}])).newest()
    assert found == {"loss": 1.0 / 3000, "grad_norm": 0.5e-7 * 2999, "eval_loss": 0.25}


def test_a_line_of_the_loss_is_spread_over_the_run(tmp_path: Path) -> None:
    short = write_rows(tmp_path / "a.jsonl", [metric_row(s, loss=float(s)) for s in range(5)])
    assert tail(short).losses() == (0.0, 1.0, 2.0, 3.0, 4.0)
    for rows in (40, 100, 400, 5000):
        file = write_rows(tmp_path / "b.jsonl", [metric_row(s, loss=float(s)) for s in range(rows)])
        line = tail(file).losses()
        assert len(line) == POINTS
        assert list(line) == sorted(line)
        assert line[0] == 0 and line[-1] >= rows * 0.95
        steps = [b - a for a, b in itertools.pairwise(line)]
        assert max(steps) < rows / POINTS * 2


def test_evaluations_and_what_is_no_number_leave_no_gap(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = []
    for s in range(10):
        rows += [metric_row(s, loss=NAN if s == 5 else float(s)), metric_row(s, eval_loss=9.0)]
    (file := tmp_path / "m.jsonl").write_text(
        "".join(json.dumps(r) + "\n" for r in rows) + '{"step": 11, "loss": 1-2}\n'
    )
    assert tail(file).losses() == (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 7.0, 8.0, 9.0)


def test_what_a_later_attempt_did_again_counts_once(tmp_path: Path) -> None:
    one = write_rows(tmp_path / "1.jsonl", [metric_row(s, loss=float(s)) for s in range(8)])
    two = write_rows(tmp_path / "2.jsonl", [metric_row(s, loss=s + 0.5) for s in range(4, 10)])
    assert tail(one, two).losses() == (0.0, 1.0, 2.0, 3.0, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5)
    long = write_rows(tmp_path / "3.jsonl", [metric_row(s, loss=100.0) for s in range(9, 4000)])
    assert tail(two, long).losses()[-1] == 100.0


def test_no_file_and_one_that_went(tmp_path: Path) -> None:
    for missing in (tail(), tail(tmp_path / "gone.jsonl"), tail(tmp_path / "gone.jsonl", tmp_path / "too.jsonl")):
        assert (missing.newest(), missing.losses()) == ({}, ())
    (tmp_path / "folder.jsonl").mkdir()
    assert tail(tmp_path / "folder.jsonl", tmp_path / "folder.jsonl").newest() == {}
    assert tail(tmp_path / "folder.jsonl", tmp_path / "folder.jsonl").losses() == ()
