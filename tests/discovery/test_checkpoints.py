"""Checkpoints of a folder: by number, final first, each with the metrics of its step; torn ones left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.foreign_runs import (
    hf_trainer_run,
    llama_factory_run,
    mlx_lm_run,
    ms_swift_run,
    synaptic_mlx_run,
    synaptic_run,
)
from tests.support.run_builder import build_run, metric_row
from tuner.discovery import CheckpointDiscovery
from tuner.discovery.checkpoints import find_checkpoints

ROWS = [
    metric_row(50, loss=2.0),
    metric_row(100, loss=1.0),
    metric_row(110, loss=0.5),
    metric_row(110, train_runtime=9.0),
]


def test_final_first_then_by_number_with_the_metrics_of_each_step(tmp_path: Path) -> None:
    run = build_run(tmp_path, rows=ROWS, checkpoints=[100, 50, 1000], final=True)
    found = CheckpointDiscovery.discover(run)
    assert [(c.step, c.is_final, c.path.name) for c in found] == [
        (-1, True, "final_model"),
        (50, False, "checkpoint-50"),
        (100, False, "checkpoint-100"),
        (1000, False, "checkpoint-1000"),
    ]
    assert [c.metrics["loss"] for c in found] == [0.5, 2.0, 1.0, 0.5]
    assert "elapsed_seconds" not in found[0].metrics


def test_callable_on_an_object_and_with_a_string(tmp_path: Path) -> None:
    run = build_run(tmp_path, rows=ROWS, checkpoints=[50])
    assert [c.step for c in CheckpointDiscovery().discover(str(run))] == [50]


def test_a_step_without_a_row_takes_the_last_before_it(tmp_path: Path) -> None:
    run = build_run(tmp_path, rows=ROWS, checkpoints=[75])
    assert CheckpointDiscovery.discover(run)[0].metrics == {"loss": 2.0}


def test_final_keeps_the_last_loss_where_the_closing_row_has_none(tmp_path: Path) -> None:
    run = build_run(tmp_path, rows=[metric_row(50, loss=2.0), metric_row(60, train_runtime=1.0)], final=True)
    assert CheckpointDiscovery.discover(run)[0].metrics == {"loss": 2.0, "train_runtime": 1.0}


def test_final_without_any_metric(tmp_path: Path) -> None:
    (bare,) = CheckpointDiscovery.discover(build_run(tmp_path, final=True))
    assert bare.metrics == {}
    (timed,) = CheckpointDiscovery.discover(build_run(tmp_path, final=True, rows=[metric_row(5, train_runtime=1.0)]))
    assert timed.metrics == {"train_runtime": 1.0}


def test_a_torn_checkpoint_of_ours_is_never_taken_for_a_whole_one(tmp_path: Path) -> None:
    run = build_run(tmp_path, rows=ROWS, checkpoints=[50], torn_checkpoints=[100], final=True)
    (run / "final_model" / "adapter_model.safetensors").write_bytes(b"cut")
    assert [c.step for c in CheckpointDiscovery.discover(run)] == [50]
    assert [c.step for c in find_checkpoints(run, include_torn=True)] == [-1, 50, 100]


def test_names_that_only_look_like_checkpoints(tmp_path: Path) -> None:
    run = build_run(tmp_path, checkpoints=[50])
    for name in ("checkpoint-best", "tmp-checkpoint-60", "checkpoint-70.tmp"):
        (run / "checkpoints" / name).mkdir()
    (run / "checkpoints" / "checkpoint-80").touch()
    assert [c.step for c in find_checkpoints(run, include_torn=True)] == [50]


def test_a_missing_folder_is_an_empty_list(tmp_path: Path) -> None:
    assert CheckpointDiscovery.discover(tmp_path / "missing") == []
    assert CheckpointDiscovery.load_metrics(tmp_path / "missing") == {}


def test_metrics_by_step(tmp_path: Path) -> None:
    run = build_run(tmp_path, rows=ROWS)
    assert CheckpointDiscovery.load_metrics(run) == {
        50: {"loss": 2.0},
        100: {"loss": 1.0},
        110: {"loss": 0.5, "train_runtime": 9.0},
    }


@pytest.mark.parametrize("old_layout", [True, False])
def test_synaptic_tuner(tmp_path: Path, old_layout: bool) -> None:
    found = CheckpointDiscovery.discover(synaptic_run(tmp_path, old_layout=old_layout, checkpoints=(100, 50)))
    assert [(c.step, c.metrics["loss"]) for c in found] == [(-1, 1.25), (50, 2.0), (100, 1.5)]


def test_its_mlx_trainer_saves_files(tmp_path: Path) -> None:
    found = CheckpointDiscovery.discover(synaptic_mlx_run(tmp_path / "run", (5, 10)))
    assert [(c.step, c.path.name, c.metrics["loss"]) for c in found] == [
        (5, "checkpoint_step_5.npz", 2.5),
        (10, "checkpoint_step_10.npz", 2.0),
    ]


def test_hf_trainer(tmp_path: Path) -> None:
    found = CheckpointDiscovery.discover(hf_trainer_run(tmp_path, (100, 50)))
    assert [(c.step, c.metrics["loss"]) for c in found] == [(50, 2.0), (100, 1.5)]


def test_llama_factory(tmp_path: Path) -> None:
    found = CheckpointDiscovery.discover(llama_factory_run(tmp_path / "run"))
    assert [(c.step, c.metrics["loss"]) for c in found] == [(50, 1.5), (100, 1.0)]
    assert found[1].metrics["eval_loss"] == 1.25


def test_ms_swift(tmp_path: Path) -> None:
    assert [(c.step, c.metrics["loss"]) for c in CheckpointDiscovery.discover(ms_swift_run(tmp_path))] == [(20, 1.0)]


def test_mlx_lm(tmp_path: Path) -> None:
    found = CheckpointDiscovery.discover(mlx_lm_run(tmp_path / "adapters", (200, 100)))
    assert [(c.step, c.path.name) for c in found] == [
        (-1, "adapters.safetensors"),
        (100, "0000100_adapters.safetensors"),
        (200, "0000200_adapters.safetensors"),
    ]
