"""Trainings that end before their last step, and rows that tell how fast they are: real ones, in this process."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from backends.training import CPUBackend
from tests.support.built_trainers import train_here
from tests.support.jobs import job
from tests.support.laboratory import rows_of
from tests.support.run_builder import build_run
from tests.support.tiny_chat import write_tiny_model
from Trainers.common.reporting import Reporter
from tuner.core.errors import ErrorCode, TunerError
from tuner.core.job import JobConfiguration
from tuner.runs.checkpoint_marker import is_complete, mark_complete
from tuner.runs.events import read_events
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model and a dataset."""
    folder = tmp_path_factory.mktemp("ending")
    write_tiny_model(folder / "model")
    rows = ({"prompt": f"what is {i} and {i}?", "completion": f"it is {2 * i}"} for i in range(24))
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def asked(place: Path, *, schedule: dict[str, object], **sections: object) -> JobConfiguration:
    plain = {"batch_size": 2, "sequence_length": 512, "max_steps": 12, "checkpoints": 0, "evaluations": 0}
    return job(
        model={"base_model": str(place / "model")},
        datasets={"training": str(place / "train.jsonl"), "validation_fraction": 0.2},
        method={"type": "lora", "lora": {"rank": 2, "dropout": 0.1}},
        schedule={**plain, **schedule},
        **sections,
    )


def trained(place: Path, tmp_path: Path, **sections: Any) -> Path:
    return train_here(CPUBackend(), asked(place, **sections), tmp_path)


def failed(place: Path, tmp_path: Path, **sections: Any) -> tuple[TunerError, Path]:
    with pytest.raises(TunerError) as caught:
        trained(place, tmp_path, **sections)
    (run_dir,) = (tmp_path / "runs").iterdir()
    return caught.value, run_dir


def test_no_progress_ends_a_run_well(place: Path, tmp_path: Path) -> None:
    run_dir = trained(
        place,
        tmp_path,
        schedule={"eval_steps": 1, "early_stopping_patience": 2},
        optimizer={"learning_rate": 0.0},
        metadata={"early_stopping_delta": 0.001},
    )
    rows = rows_of(run_dir)
    assert [r["step"] for r in rows if "eval_loss" in r] == [1, 2, 3]
    results = read_manifest(run_dir)["results"]
    assert isinstance(results, dict)
    why = results["stopped_early"]
    assert (why["step"], why["metric"], why["best_step"], why["patience"]) == (3, "eval_loss", 1, 2)
    (event,) = [e for e in read_events(run_dir) if e.type == "early_stopping"]
    assert event.message == why["message"]
    assert is_complete(RunPaths(run_dir).final_model)


def test_a_diverging_run_ends_with_what_is_left(place: Path, tmp_path: Path) -> None:
    told, run_dir = failed(
        place,
        tmp_path,
        schedule={"save_steps": 2},
        metadata={"divergence_gradient_norm": 0.001, "divergence_gradient_rows": 3},
    )
    assert told.code is ErrorCode.TRAINING_DIVERGED
    assert told.message.endswith("; the last whole checkpoint is checkpoint-2")
    assert f"model.parent: {run_dir.name}@2" in told.hint
    assert [r["step"] for r in rows_of(run_dir)] == [1, 2, 3]
    assert not RunPaths(run_dir).final_model.exists()


def test_old_checkpoints_make_room(place: Path, tmp_path: Path) -> None:
    run_dir = trained(
        place,
        tmp_path,
        schedule={"max_steps": 4, "save_steps": 1, "eval_steps": 1},
        metadata={"keep_checkpoints": 1},
    )
    best = min((r["eval_loss"], r["step"]) for r in rows_of(run_dir) if "eval_loss" in r)[1]
    kept = {p.name for p in RunPaths(run_dir).checkpoints.glob("*checkpoint-*")}
    assert kept == {f"checkpoint-{best:g}", "checkpoint-4"}


def test_rows_tell_how_fast_it_goes(place: Path, tmp_path: Path) -> None:
    rows = rows_of(trained(place, tmp_path, schedule={"logging_steps": 4, "max_steps": 6}))
    *steps, last = rows
    assert [r["step"] for r in steps] == [4, 6]  # the last step has its row, wherever the interval ends
    for row in steps:
        assert row["samples_per_second"] > 0 and row["tokens_per_second"] > row["samples_per_second"]
        assert "gpu_memory_gb" not in row
    low, high = sorted(row["tokens_per_second"] for row in steps)
    assert low <= last["tokens_per_second"] <= high
    assert [r["num_tokens"] for r in steps] == sorted(r["num_tokens"] for r in steps)


def test_a_seed_says_everything(place: Path, tmp_path: Path) -> None:
    def losses(seed: int, name: str) -> list[float]:
        rows = rows_of(trained(place, tmp_path / name, schedule={"max_steps": 4, "eval_steps": 2}, seed=seed))
        return [r[key] for r in rows for key in ("loss", "eval_loss", "grad_norm") if key in r]

    first = losses(3, "a")
    assert losses(3, "b") == pytest.approx(first, rel=1e-6)
    assert losses(4, "c") != pytest.approx(first, rel=1e-3)


class _Model:
    """One trainable weight, and one that is frozen."""

    def __init__(self, value: float, frozen: float = 0.0) -> None:
        import torch

        self.weights = {
            "lora_A": torch.nn.Parameter(torch.tensor([1.0, value])),
            "base": torch.nn.Parameter(torch.tensor([frozen]), requires_grad=False),
            "count": torch.nn.Parameter(torch.tensor([1]), requires_grad=False),
        }

    def named_parameters(self) -> Any:
        return self.weights.items()


def saved(tmp_path: Path, model: _Model, guards: dict[str, object]) -> Path:
    """What the callback makes of a checkpoint of these weights."""
    from Trainers.common.callback import RunCallback

    run_dir = build_run(tmp_path / "runs", name="broken", objective="sft")
    folder = RunPaths(run_dir).checkpoints / "checkpoint-7"
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    args: Any = SimpleNamespace(output_dir=str(RunPaths(run_dir).checkpoints))
    state: Any = SimpleNamespace(global_step=7, is_world_process_zero=True)
    earlier = RunPaths(run_dir).checkpoints / "checkpoint-5"
    earlier.mkdir()
    mark_complete(earlier)
    RunCallback(Reporter(run_dir), guards=guards).on_save(args, state, None, model=model)  # type: ignore[arg-type]  # unused
    return folder


def test_broken_weights_are_not_saved(tmp_path: Path) -> None:
    with pytest.raises(TunerError) as caught:
        saved(tmp_path, _Model(float("nan")), {})
    told = caught.value
    assert told.code is ErrorCode.NAN_LOSS
    assert told.message.startswith("the weights (lora_A) stopped being a number at step 7; ")
    assert told.message.endswith("checkpoint-5")
    (run_dir,) = (tmp_path / "runs").iterdir()
    assert [p.name for p in RunPaths(run_dir).checkpoints.iterdir()] == ["checkpoint-5"]


@pytest.mark.parametrize(
    ("model", "guards"),
    [(_Model, {}), (_Model, {"divergence": False})],
    ids=["whole", "broken, without the guard"],
)
def test_other_weights_are_saved(tmp_path: Path, model: type[_Model], guards: dict[str, object]) -> None:
    value = float("inf") if guards else 2.0
    assert is_complete(saved(tmp_path, model(value, frozen=float("nan")), guards))
