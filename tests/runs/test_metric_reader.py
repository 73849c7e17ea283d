"""Metrics of a run folder: closing rows, resumes, replacement, and the files of other tools."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tests.support.foreign_runs import hf_trainer_run, llama_factory_run, ms_swift_run, synaptic_mlx_run, synaptic_run
from tests.support.run_builder import build_run, metric_row, write_rows
from tuner.runs.metric_files import metric_files
from tuner.runs.metric_history import finite_or_none
from tuner.runs.metric_reader import MetricReader, read_history
from tuner.runs.trainer_states import newest_trainer_state


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs" / "training_20261120_100000.jsonl"


def test_a_closing_row_is_merged_and_overwrites_nothing(tmp_path: Path) -> None:
    rows = [
        metric_row(10, loss=2.0),
        metric_row(20, loss=1.5, grad_norm=0.3),
        metric_row(20, train_runtime=60.0, train_loss=1.75),
    ]
    history = read_history(build_run(tmp_path, rows=rows))
    assert history.steps == [10, 20]
    row = history.row(20)
    assert (row["loss"], row["grad_norm"], row["train_runtime"]) == (1.5, 0.3, 60.0)


def test_bare_nan_and_infinity_are_kept(log: Path, tmp_path: Path) -> None:
    log.write_text(
        '{"step": 1, "loss": NaN}\n{"step": 2, "loss": Infinity}\n{"step": 3, "loss": -Infinity}\n', encoding="utf-8"
    )
    steps, losses = read_history(tmp_path).series("loss")
    assert steps == [1, 2, 3]
    assert math.isnan(losses[0])
    assert losses[1:] == [math.inf, -math.inf]
    assert [finite_or_none(v) for v in (losses[0], losses[1], 0.5)] == [None, None, 0.5]


def test_a_later_attempt_wins_from_its_first_step_on(tmp_path: Path) -> None:
    write_rows(
        tmp_path / "logs" / "training_20261120_100000.jsonl",
        [{"step": s, "loss": float(s), "old": 1} for s in (10, 20, 30)],
    )
    write_rows(tmp_path / "logs" / "training_20261120_110000.jsonl", [{"step": s, "loss": -float(s)} for s in (20, 30)])
    history = read_history(tmp_path)
    assert [(s, dict(history.row(s))) for s in history.steps] == [
        (10, {"loss": 10.0, "old": 1.0}),
        (20, {"loss": -20.0}),
        (30, {"loss": -30.0}),
    ]


def test_a_torn_line_waits_for_its_rest(log: Path, tmp_path: Path) -> None:
    reader = MetricReader(tmp_path)
    log.write_text('{"step": 1, "loss": 2', encoding="utf-8")
    assert reader.refresh() is False
    with log.open("a", encoding="utf-8") as file:
        file.write(".5}\n")
    assert reader.refresh() is True
    assert dict(reader.history.row(1)) == {"loss": 2.5}
    assert reader.skipped == 0


def test_what_is_not_a_row_is_counted(log: Path, tmp_path: Path) -> None:
    log.write_text('nonsense\n\n   \n{"loss": 1}\n[1]\n{"step": 1}\n', encoding="utf-8")
    reader = MetricReader(tmp_path)
    reader.refresh()
    assert (reader.skipped, reader.history.steps) == (3, [1])


@pytest.mark.parametrize(
    "line",
    [
        b'{"step": 1, "loss": 1' + b"0" * 400 + b"}",
        b"[" * 100_000,
        '{"step": "²", "loss": 1}'.encode(),
        b'{"step": ' + b"9" * 5000 + b"}",
    ],
    ids=["a number of 400 digits", "nesting without end", "a digit that is no number", "a step of 5000 digits"],
)
def test_a_hostile_line_does_not_stop_the_reading(log: Path, tmp_path: Path, line: bytes) -> None:
    log.write_bytes(line + b'\n{"step": 2, "loss": 1.0}\n')
    assert dict(read_history(tmp_path).row(2)) == {"loss": 1.0}


def test_a_file_cut_short_is_read_anew(log: Path, tmp_path: Path) -> None:
    reader = MetricReader(tmp_path)
    write_rows(log, [{"step": s, "loss": 1.0} for s in (1, 2, 3)])
    reader.refresh()
    write_rows(log, [{"step": 7, "loss": 2.0}])
    assert reader.refresh() is True
    assert reader.history.steps == [7]


def test_a_file_written_anew_and_longer_is_read_anew(log: Path, tmp_path: Path) -> None:
    reader = MetricReader(tmp_path)
    write_rows(log, [{"step": 1, "loss": 1.0}])
    reader.refresh()
    write_rows(log, [{"step": s, "loss": 2.0} for s in (5, 6, 7)])  # the same inode, and more than was read
    reader.refresh()
    assert reader.history.steps == [5, 6, 7]


def test_links_to_a_log_are_not_read_twice(tmp_path: Path) -> None:
    run = synaptic_run(tmp_path)
    assert [p.name for p in metric_files(run)] == ["training_20251122_143000.jsonl"]
    assert read_history(run).series("loss") == ([50, 100, 150], [2.0, 1.5, 1.25])


def test_an_mlx_log_of_mixed_levels(tmp_path: Path) -> None:
    history = read_history(synaptic_mlx_run(tmp_path / "run"))
    assert history.steps == [5, 10]
    row = {"loss": 2.0, "learning_rate": 1e-6, "step_time": 0.5, "tokens_per_second": 100.0}
    assert history.row(10) == {**row, "avg_loss": 2.5, "epoch": 1.0}  # the epoch's summary names no step
    assert "avg_loss" not in history.row(5)


def test_the_newest_trainer_state_by_number(tmp_path: Path) -> None:
    run = hf_trainer_run(tmp_path, (50, 100), [{"step": 50, "loss": 2.0}, {"step": 100, "eval_loss": 1.0}])
    assert newest_trainer_state(run) == run / "checkpoint-100" / "trainer_state.json"
    assert read_history(run).series("eval_loss") == ([100], [1.0])


def test_a_trainer_state_is_read_again_when_it_changes(tmp_path: Path) -> None:
    run = hf_trainer_run(tmp_path, (50,), [{"step": 50, "loss": 2.0}])
    reader = MetricReader(run)
    assert [reader.refresh(), reader.refresh()] == [True, False]
    hf_trainer_run(tmp_path, (100,), [{"step": 50, "loss": 2.0}, {"step": 100, "loss": 1.0}])
    assert reader.refresh() is True
    assert reader.history.steps == [50, 100]


@pytest.mark.parametrize("text", ["{", "[]", '{"log_history": 3}', '{"log_history": [3, {"loss": 1}]}'])
def test_a_trainer_state_being_written_gives_nothing(tmp_path: Path, text: str) -> None:
    run = hf_trainer_run(tmp_path, (50,))
    (run / "checkpoint-50" / "trainer_state.json").write_text(text, encoding="utf-8")
    assert read_history(run).steps == []


def test_llama_factory_has_its_log_and_the_trainer_state(tmp_path: Path) -> None:
    history = read_history(llama_factory_run(tmp_path / "run"))
    assert history.series("loss") == ([50, 100], [1.5, 1.0])
    assert history.row(100)["eval_loss"] == 1.25
    assert history.row(50)["learning_rate"] == 1e-4
    assert history.series("grad_norm") == ([50, 100], [0.5, 0.5])


def test_ms_swift_steps(tmp_path: Path) -> None:
    assert read_history(ms_swift_run(tmp_path)).series("loss") == ([10, 20], [2.0, 1.0])


def test_a_folder_with_nothing_in_it(tmp_path: Path) -> None:
    reader = MetricReader(tmp_path / "missing")
    assert reader.refresh() is False
    assert json.dumps(reader.history.latest()) == "{}"


def test_a_rotated_log_is_read_from_its_oldest_part_on(log: Path, tmp_path: Path) -> None:
    for part, step in (("", 4), (".1", 3), (".2", 2), (".10", 1)):
        write_rows(log.with_name(log.name + part), [{"step": step, "loss": float(step)}])
    log.with_name(log.name + ".gz").write_bytes(b"not lines")
    assert [p.suffix for p in metric_files(tmp_path)] == [".10", ".2", ".1", ".jsonl"]
    assert read_history(tmp_path).series("loss") == ([1, 2, 3, 4], [1.0, 2.0, 3.0, 4.0])
