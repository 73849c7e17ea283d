"""Metrics of other tools that write no JSON lines: mlx-lm's console, TensorBoard's event files, trainer_state.json."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.foreign_runs import (
    MLX_LINES,
    MLX_TABLE,
    event_run,
    hf_trainer_run,
    mlx_lm_run,
    save_console,
    synaptic_mlx_run,
)
from tests.support.run_builder import build_run
from tuner.runs.event_files import EventFile, event_files
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow
from tuner.runs.metric_reader import MetricReader, read_history
from tuner.runs.mlx_console import mlx_console_logs, mlx_console_row


def test_what_mlx_lm_printed_until_0_31(tmp_path: Path) -> None:
    run = mlx_lm_run(tmp_path / "adapters")
    save_console(run, MLX_LINES)
    history = read_history(run)
    assert history.steps == [1, 10, 20]
    assert history.row(1) == {"eval_loss": 3.1, "eval_runtime": 1.44}
    assert history.row(10) == {
        "loss": 1.195,
        "learning_rate": 1e-5,
        "iterations_per_second": 0.912,
        "tokens_per_second": 1049.512,
        "num_tokens": 11512.0,
        "gpu_memory_gb": 3.21,
    }
    assert (history.row(20)["eval_loss"], history.row(20)["tokens_per_second"]) == (1.05, 1100.0)


def test_the_coloured_table_of_0_32(tmp_path: Path) -> None:
    run = mlx_lm_run(tmp_path / "adapters")
    save_console(run, MLX_TABLE, "nohup.out")
    history = read_history(run)
    assert history.steps == [1, 10, 20]
    assert history.row(1) == {"eval_loss": 3.1, "eval_runtime": 1.44}
    assert history.row(10) == {"loss": 1.195, "tokens_per_second": 1050.0, "num_tokens": 11500.0}
    assert history.row(20)["loss"] == 1.21


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("Iter 5: Train loss nan, Learning Rate 1.000e-05", {"loss": math.nan, "learning_rate": 1e-5}),
        ("   5    inf ▲    1,000      0.1k", {"loss": math.inf, "tokens_per_second": 1000.0, "num_tokens": 100.0}),
        ("train ███ 40%\r   5    val 2.500    0.02s", {"eval_loss": 2.5, "eval_runtime": 0.02}),
        ("\x1b[2K\x1b[1A   5    val 2.500    0.02s", {"eval_loss": 2.5, "eval_runtime": 0.02}),
        ("   5    1.0 ▲    nan      infk", {"loss": 1.0, "tokens_per_second": math.nan, "num_tokens": math.inf}),
        ("Iter 5: Val loss 2.5", {"eval_loss": 2.5}),
        ("Iter 5: Saved adapter weights to x", None),
        ("5 val 1.0 bottles", None),
        ("train ███ 100% · 20/20", None),
        ("", None),
    ],
)
def test_one_line(line: str, values: dict[str, float] | None) -> None:
    row = mlx_console_row(line.encode())
    if values is None:
        assert row is None
    else:
        assert row is not None
        assert (row.step, str(dict(row.values))) == (5, str(values))


def test_a_console_that_grows_and_is_written_anew(tmp_path: Path) -> None:
    run = mlx_lm_run(tmp_path / "adapters")
    log = save_console(run, MLX_LINES[:3])
    reader = MetricReader(run)
    assert [reader.refresh(), reader.refresh()] == [True, False]
    save_console(run, MLX_LINES[:5])
    assert reader.refresh() is True
    assert reader.history.steps == [1, 10, 20]
    log.write_text("Iter 3: Train loss 9.0\n", encoding="utf-8")
    assert reader.refresh() is True
    assert reader.history.steps == [3]
    log.unlink()
    reader.refresh()
    assert reader.history.steps == []


def test_where_a_console_is_looked_for(tmp_path: Path) -> None:
    run = mlx_lm_run(tmp_path / "adapters")
    beside = save_console(tmp_path, MLX_LINES, "adapters.log")
    save_console(tmp_path, MLX_LINES, "other.log")
    inside = save_console(run, MLX_LINES, "a.txt")
    assert set(mlx_console_logs(run)) == {beside, inside}


def test_values_of_old_and_new_writers_and_the_trainers_names(tmp_path: Path) -> None:
    run = event_run(
        tmp_path / "tb",
        {
            "train/loss": [(10, 2.0), (20, 1.0)],
            "eval/loss": [(20, 1.5)],
            "train/rewards/margins": [(10, 0.5)],
            "Acc": [(20, 1)],
        },
    )
    history = read_history(run)
    assert history.steps == [10, 20]
    assert history.row(10) == {"timestamp": 1.8e9 + 10, "loss": 2.0, "rewards/margins": 0.5}
    assert history.row(20) == {"timestamp": 1.8e9 + 20, "loss": 1.0, "eval_loss": 1.5, "Acc": 1.0}


def test_event_files_are_read_as_they_grow(tmp_path: Path) -> None:
    whole = event_run(tmp_path / "whole", {"loss": [(s, 1.0 / s) for s in range(1, 21)]})
    (source,) = event_files(whole)
    data = source.read_bytes()
    run = tmp_path / "run"
    run.mkdir()
    file = run / source.name
    reader = MetricReader(run)
    file.touch()
    assert reader.refresh() is False
    for size in range(0, len(data), 37):
        file.write_bytes(data[:size])  # torn within a record, nearly always
        reader.refresh()
        assert reader.skipped == 0
    file.write_bytes(data)
    assert reader.refresh() is True
    assert reader.refresh() is False
    assert reader.history.steps == list(range(1, 21))


def test_a_tag_that_lags_behind_and_one_with_steps_of_its_own(tmp_path: Path) -> None:
    run = event_run(tmp_path / "tb", {"train/loss": [(100, 2.0), (200, 1.0)]})
    reader = MetricReader(run)
    reader.refresh()
    event_run(run, {"epoch/score": [(1, 0.5), (2, 0.6)]})
    assert reader.refresh() is True
    assert reader.history.steps == [1, 2, 100, 200]


def test_a_later_file_is_a_later_attempt_of_what_it_writes(tmp_path: Path) -> None:
    run = tmp_path / "tb"
    event_run(run, {"train/loss": [(1, 3.0), (2, 2.0), (3, 1.0)], "eval/loss": [(3, 4.0)]})
    (first,) = event_files(run)
    first.rename(run / "events.out.tfevents.0000000001.host")
    event_run(run, {"train/loss": [(2, 9.0)]})
    history = read_history(run)
    assert history.series("loss") == ([1, 2], [3.0, 9.0])
    assert history.series("eval_loss") == ([3], [4.0])


def test_an_event_file_that_was_replaced_or_deleted(tmp_path: Path) -> None:
    run = event_run(tmp_path / "tb", {"loss": [(1, 1.0), (2, 1.0)]})
    reader = MetricReader(run)
    reader.refresh()
    event_files(run)[0].unlink()
    reader.refresh()
    assert reader.history.steps == []
    event_run(run, {"loss": [(5, 1.0)]})
    reader.refresh()
    assert reader.history.steps == [5]


def test_event_files_go_on_behind_the_last_checkpoint(tmp_path: Path) -> None:
    run = hf_trainer_run(tmp_path / "run", (50,), [{"step": 50, "loss": 2.0}])
    event_run(run / "runs" / "host", {"train/loss": [(25, 7.0), (50, 7.0), (75, 1.5)]})
    reader = MetricReader(run)
    reader.refresh()
    assert reader.history.series("loss") == ([50, 75], [2.0, 1.5])
    hf_trainer_run(run, (100,), [{"step": 50, "loss": 2.0}, {"step": 100, "loss": 1.0}])
    reader.refresh()
    assert reader.history.series("loss") == ([50, 100], [2.0, 1.0])


def test_without_the_package_event_files_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = event_run(tmp_path / "tb", {"loss": [(1, 1.0)]})
    recorded = hf_trainer_run(tmp_path / "hf")
    event_run(recorded, {"loss": [(1, 1.0)]})
    monkeypatch.setattr("tuner.runs.event_files.find_spec", lambda _: None)
    reader, other = MetricReader(run), MetricReader(recorded)
    reader.refresh()
    other.refresh()
    assert (reader.skipped, len(reader.history)) == (1, 0)
    assert (other.skipped, other.history.steps) == (0, [50, 100])  # the checkpoint has its record


@pytest.mark.parametrize("garbage", [b"\xff" * 64, b"not an event file, only text", struct.pack("<Q", 2**40)])
def test_what_is_no_event_file_is_counted_once(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(garbage.ljust(64, b"\0"))
    file = EventFile(path)
    assert (file.read_new(), file.skipped) == ([], 1)
    assert (file.read_new(), file.skipped) == ([], 1)


def test_a_record_that_is_no_event_is_counted_and_the_next_is_read(tmp_path: Path) -> None:
    run = event_run(tmp_path / "tb", {"loss": [(1, 1.0)]})
    (path,) = event_files(run)
    broken = struct.pack("<QI", 4, 0) + b"\xff\xff\xff\xff" + b"\0\0\0\0"
    path.write_bytes(broken + path.read_bytes())
    reader = MetricReader(run)
    reader.refresh()
    assert (reader.skipped, reader.history.steps) == (1, [1])


def test_tensors_that_are_no_single_number_are_passed_over(tmp_path: Path) -> None:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    two = TensorShapeProto(dim=[TensorShapeProto.Dim(size=2)])
    stored = {
        "double": TensorProto(dtype=2, tensor_content=struct.pack("<d", 0.25)),
        "doubles": TensorProto(dtype=2, double_val=[0.5]),
        "vector": TensorProto(dtype=1, float_val=[1, 2], tensor_shape=two),
        "text": TensorProto(dtype=7, string_val=[b"x"]),
        "short": TensorProto(dtype=2, tensor_content=b"xy"),
    }
    writer = EventFileWriter(str(tmp_path))
    values = [Summary.Value(tag=tag, tensor=tensor) for tag, tensor in stored.items()]
    writer.add_event(Event(step=1, wall_time=1.0, summary=Summary(value=[*values, Summary.Value(tag="nothing")])))
    writer.close()
    assert read_history(tmp_path).row(1) == {"timestamp": 1.0, "double": 0.25, "doubles": 0.5}


def test_the_runs_own_trainer_state_counts_where_it_goes_as_far(tmp_path: Path) -> None:
    run = hf_trainer_run(tmp_path, (50,), [{"step": 50, "loss": 2.0}])
    own = run / "trainer_state.json"
    own.write_text(json.dumps({"global_step": 60, "log_history": [{"step": 60, "loss": 1.0}]}), encoding="utf-8")
    assert read_history(run).steps == [60]
    own.write_text(json.dumps({"global_step": 40, "log_history": [{"step": 40, "loss": 1.0}]}), encoding="utf-8")
    assert read_history(run).steps == [50]
    own.write_text("{}", encoding="utf-8")
    assert read_history(run).steps == [50]


@pytest.mark.parametrize("strange", [None, math.nan])
def test_a_long_trainer_state_is_the_same_read_in_bulk(tmp_path: Path, strange: float | None) -> None:
    rows: list[dict[str, object]] = [{"step": s, "loss": 1 / s, "epoch": s / 1000} for s in range(1, 12_001)]
    rows.insert(500, {"step": 500, "eval_loss": 3.0})
    rows.append({"step": 12_000, "train_runtime": 5.0})
    if strange is not None:
        rows.append({"step": 12_001, "loss": strange})
    history = read_history(hf_trainer_run(tmp_path, (12_001,), rows))
    expected = MetricHistory()
    expected.extend(MetricRow(int(str(r["step"])), {k: v for k, v in r.items() if k != "step"}) for r in rows)  # type: ignore[misc]
    assert history.steps == expected.steps
    for name in ("loss", "epoch", "eval_loss", "train_runtime"):
        assert str(history.series(name)) == str(expected.series(name))


def test_a_run_of_ours_never_asks_other_tools_files(tmp_path: Path) -> None:
    run = build_run(tmp_path / "runs")
    event_run(run, {"loss": [(1, 1.0)]})
    assert read_history(run).steps == []


def test_a_summary_of_an_epoch_before_any_step_is_no_row(tmp_path: Path) -> None:
    run = synaptic_mlx_run(tmp_path / "run", ())
    reader = MetricReader(run)
    reader.refresh()
    assert (reader.history.steps, reader.skipped) == ([], 2)


@given(st.lists(st.binary(max_size=80), max_size=8))
def test_any_bytes_as_a_console_line(lines: list[bytes]) -> None:
    for line in (*lines, b"\r".join(lines)):
        row = mlx_console_row(line)
        assert row is None or row.values


@given(
    st.lists(st.sampled_from([*MLX_LINES, *MLX_TABLE]), max_size=6),
    st.integers(0, 200),
    st.binary(max_size=40),
)
def test_torn_and_mixed_console_logs_never_raise(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], cut: int, garbage: bytes
) -> None:
    run = mlx_lm_run(tmp_path_factory.mktemp("mlx") / "adapters")
    log = save_console(run, lines)
    data = log.read_bytes()
    log.write_bytes(data[: max(0, len(data) - cut)] + garbage)
    assert read_history(run).steps == sorted(read_history(run).steps)


@given(st.integers(0, 600), st.binary(max_size=60), st.integers(0, 600))
def test_torn_and_damaged_event_files_never_raise(
    tmp_path_factory: pytest.TempPathFactory, place: int, garbage: bytes, cut: int
) -> None:
    run = event_run(tmp_path_factory.mktemp("tb") / "run", {"a": [(s, 1.0) for s in range(8)]})
    (path,) = event_files(run)
    data = path.read_bytes()
    path.write_bytes((data[:place] + garbage + data[place + len(garbage) :])[: max(0, len(data) - cut)])
    reader = MetricReader(run)
    reader.refresh()
    assert reader.history.steps == sorted(reader.history.steps)
    assert reader.skipped >= 0


@given(st.binary(max_size=200))
def test_any_bytes_as_a_trainer_state(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    run = tmp_path_factory.mktemp("hf")
    (run / "checkpoint-5").mkdir()
    (run / "checkpoint-5" / "trainer_state.json").write_bytes(data)
    (run / "trainer_state.json").write_bytes(b'{"global_step": 9' + data)
    assert len(read_history(run)) == 0
