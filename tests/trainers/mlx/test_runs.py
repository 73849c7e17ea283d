"""Real runs with mlx from the command line, on the processor, by an interpreter without torch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mlx_lm")

from tests.support.command_line import tuner_json  # mlx is optional
from tests.support.laboratory import must_have_succeeded, rows_of
from tests.support.processes import none_left
from tests.support.tiny_chat import tiny_tokenizer
from tests.support.waiting import wait_for
from tests.trainers.mlx.support import (
    conversations,
    python_without_torch,
    write_model,
    write_rows,
)
from Trainers.common.conversation import encode
from Trainers.mlx.schedules import Schedule
from tuner.config.workspace import Workspace
from tuner.core.enums import DatasetFormat, Objective
from tuner.core.states import RunState
from tuner.data.report import DatasetReport
from tuner.data.usable_rows import usable_rows
from tuner.discovery.references import find_checkpoint
from tuner.runs.checkpoint_marker import is_complete
from tuner.runs.events import read_events
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest
from tuner.runs.state_file import read_state

pytestmark = pytest.mark.training

LORA = """
objective: sft
model: {base_model: base}
datasets: {training: train.jsonl, validation: validation.jsonl}
method: {type: lora, lora: {rank: 4, alpha: 8, dropout: 0.1, trainable_modules: [q_proj, v_proj], variant: rslora}}
schedule:
  {epochs: 2, batch_size: 2, gradient_accumulation: 2, sequence_length: 512, checkpoints: 3, evaluations: 3,
   logging_steps: 2}
optimizer:
  learning_rate: 1e-2
  weight_decay: 0.03
  max_gradient_norm: 0.7
  scheduler: {type: cosine, warmup_ratio: 0.34, min_lr_ratio: 0.1}
seed: 7
metadata: {evaluate_first: true, tensorboard: true}
output: {suffix: first}
"""

GOING_ON = """
objective: sft
model: {parent: first@best}
datasets: {training: train.jsonl, validation: validation.jsonl}
schedule: {max_steps: 4, batch_size: 1, sequence_length: 512, checkpoints: 0, eval_steps: 1, early_stopping_patience: 1}
optimizer: {learning_rate: 0.5, type: adafactor, scheduler: {type: constant}}
metadata: {evaluate_first: true}
"""

DORA = """
objective: sft
model: {base_model: base, precision: int8}
datasets: {training: train.jsonl, validation_fraction: 0.0}
method: {type: qlora, lora: {rank: 2, alpha: 4, variant: dora}}
schedule: {max_steps: 3, batch_size: 2, sequence_length: 512, save_steps: 1, evaluations: 0, logging_steps: 1}
optimizer: {learning_rate: 1e-2, type: lion}
optimizations: {enabled: [gradient_checkpointing]}
metadata: {quantization_group_size: 32, keep_checkpoints: 1}
"""

FULL = """
objective: sft
model: {base_model: base, precision: fp32}
datasets: {training: train.jsonl, validation_fraction: 0.0}
method: {type: full}
schedule: {max_steps: 100000, batch_size: 1, sequence_length: 512, checkpoints: 0, evaluations: 0, logging_steps: 1}
optimizer: {learning_rate: 1e-4, type: muon, weight_decay: 0.1}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    root = tmp_path_factory.mktemp("shop")
    write_model(root / "base")
    write_rows(root / "train.jsonl", conversations(10))
    write_rows(root / "validation.jsonl", conversations(13)[10:])
    python = python_without_torch(root / "elsewhere")
    (root / ".tuner").mkdir()
    (root / ".tuner" / "settings.yaml").write_text(f"backends: {{mac: {{python_path: {python}}}}}\n")
    for name, text in (("lora", LORA), ("going-on", GOING_ON), ("dora", DORA), ("full", FULL)):
        (root / f"{name}.yaml").write_text(text)
    with none_left(root):
        yield Workspace(root)


def train(shop: Workspace, name: str, *words: str) -> Path:
    found = tuner_json("train", shop.root / f"{name}.yaml", "--backend", "mac", "-w", shop.root, *words)
    return shop.runs / found["run_id"]


@pytest.fixture(scope="module")
def lora_run(shop: Workspace) -> Path:
    return must_have_succeeded(train(shop, "lora"))


def encoded(shop: Workspace) -> list[Any]:
    path = shop.root / "train.jsonl"
    rows = usable_rows(path, DatasetFormat.AUTO, Objective.SFT, DatasetReport(path))
    return [encode(tiny_tokenizer(), row, turns="all", on_inputs=False) for row in rows]


def test_checkpoints_stand_at_optimizer_steps_and_are_whole_on_both_sides(lora_run: Path) -> None:
    paths = RunPaths(lora_run)
    folders = sorted(p.name for p in paths.checkpoints.iterdir())
    assert folders == ["checkpoint-2", "checkpoint-4", "checkpoint-6"], "10 rows are 2.5 steps of 4 rows, twice"
    for folder in (*paths.checkpoints.iterdir(), paths.final_model):
        assert is_complete(folder)
        names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
        assert names >= {
            "adapter_config.json",
            "adapter_model.safetensors",
            "mlx/adapter_config.json",
            "mlx/adapters.safetensors",
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.jinja",
        }
    config = json.loads((paths.final_model / "adapter_config.json").read_bytes())
    assert (config["r"], config["lora_alpha"], config["lora_dropout"], config["use_rslora"]) == (4, 8, 0.1, True)
    assert config["target_modules"] == ["q_proj", "v_proj"]
    inner = json.loads((paths.final_model / "mlx" / "adapter_config.json").read_bytes())
    assert inner["lora_parameters"]["scale"] == 4.0, "alpha over the root of the rank"


def test_rows_have_the_usual_names_at_optimizer_steps(shop: Workspace, lora_run: Path) -> None:
    rows = rows_of(lora_run)
    training = [r for r in rows if "loss" in r]
    assert [r["step"] for r in training] == [2, 4, 6]
    assert [r["step"] for r in rows if "eval_loss" in r] == [0, 2, 4, 6]
    names = {
        "loss",
        "grad_norm",
        "learning_rate",
        "epoch",
        "num_tokens",
        "tokens_per_second",
        "samples_per_second",
        "gpu_memory_gb",
    }
    assert all(names <= set(r) for r in training)
    rates = Schedule("cosine", 1e-2, 0.34, 0.1).rates(6)
    assert [r["learning_rate"] for r in training] == pytest.approx([rates[1], rates[3], rates[5]], rel=1e-5)
    tokens = sum(len(e.input_ids) for e in encoded(shop))
    assert rows[-1]["num_tokens"] == 2 * tokens, "every row once an epoch, padding not counted"
    assert rows[-1]["epoch"] == 2.0
    assert {"train_runtime", "train_loss"} <= set(rows[-1])
    losses = [r["eval_loss"] for r in rows if "eval_loss" in r]
    assert losses[-1] < losses[0]
    assert list((RunPaths(lora_run).logs / "tensorboard").glob("events.out.tfevents.*"))


def test_the_best_is_chosen_and_the_manifest_knows_what_trained(shop: Workspace, lora_run: Path) -> None:
    manifest = read_manifest(lora_run)
    results, versions, dataset = manifest["results"], manifest["versions"], manifest["dataset"]
    assert isinstance(results, dict) and isinstance(versions, dict) and isinstance(dataset, dict)
    losses = {r["step"]: r["eval_loss"] for r in rows_of(lora_run) if "eval_loss" in r and r["step"]}
    assert results["best"]["step"] == min(losses, key=lambda s: losses[s])
    assert results["steps"] == 6
    assert (dataset["rows"], dataset["validation_rows"]) == (10, 3)
    assert {"mlx", "mlx-lm"} <= set(versions)
    assert manifest["hardware"]["mlx_device"] == "Device(cpu, 0)"  # type: ignore[index]  # an object, as JSON
    state = read_state(lora_run)
    assert (state.step, state.total_steps) == (6, 6)
    assert [e.data["step"] for e in read_events(lora_run) if e.type == "checkpoint"] == [2, 4, 6]


def test_its_adapter_can_be_published(shop: Workspace, lora_run: Path) -> None:
    target = shop.root / "published"
    tuner_json("upload", f"{lora_run.name}@best", "--to", f"dir:{target}", "-w", shop.root)
    assert {"adapter_config.json", "adapter_model.safetensors", "tokenizer.json"} <= {p.name for p in target.iterdir()}


def test_another_run_goes_on_from_the_weights_and_stops_early(shop: Workspace, lora_run: Path) -> None:
    run_dir = must_have_succeeded(train(shop, "going-on"))
    _, best = find_checkpoint(shop, "first@best")
    losses = [r["eval_loss"] for r in rows_of(run_dir) if "eval_loss" in r]
    assert losses[0] == pytest.approx(best.info.metrics["eval_loss"], rel=1e-5), "the same weights"
    state = read_state(run_dir)
    assert (state.step or 0) < 4, "a rate of 0.5 only makes it worse"
    assert [e.message for e in read_events(run_dir) if e.type == "early_stopping"] == [state.message]
    assert state.message.startswith("stopped early at step")
    payload = json.loads(RunPaths(run_dir).payload.read_bytes())
    assert payload["model"]["parent"] == str(best.info.path)
    adapter = json.loads((RunPaths(run_dir).final_model / "adapter_config.json").read_bytes())
    assert (adapter["r"], adapter["lora_alpha"], adapter["target_modules"]) == (4, 8, ["q_proj", "v_proj"])


def test_dora_on_a_base_that_is_quantized_at_the_start(shop: Workspace) -> None:
    run_dir = must_have_succeeded(train(shop, "dora"))
    said = RunPaths(run_dir).console.read_text()
    assert "quantized the base in memory: 8 bits in groups of 32, not saved" in said
    adapter = json.loads((RunPaths(run_dir).final_model / "adapter_config.json").read_bytes())
    assert (adapter["r"], adapter["use_dora"], len(adapter["target_modules"])) == (2, True, 7)
    model = read_manifest(run_dir)["model"]
    assert isinstance(model, dict) and model["quantization"] == {"bits": 8, "group_size": 32}
    losses = {r["step"]: r["loss"] for r in rows_of(run_dir) if "loss" in r}
    assert list(losses) == [1, 2, 3]
    kept = {p.name for p in RunPaths(run_dir).checkpoints.iterdir()}
    assert kept == {"checkpoint-3", f"checkpoint-{min(losses, key=lambda s: losses[s])}"}, "the newest and the best"


def test_full_training_that_is_cancelled_saves_a_whole_model(shop: Workspace) -> None:
    run_dir = train(shop, "full", "--detach")
    ended = {RunState.FAILED, RunState.SUCCEEDED}

    def steps() -> bool:
        state = read_state(run_dir)
        assert state.state not in ended, RunPaths(run_dir).console.read_text()
        return (state.step or 0) >= 2

    wait_for(steps, timeout=120, what="the second step")
    told = tuner_json("runs", "cancel", run_dir.name, "-w", shop.root)
    assert told["message"] == "cancelled on request after saving a checkpoint"
    (checkpoint,) = RunPaths(run_dir).checkpoints.iterdir()
    assert is_complete(checkpoint)
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= {p.name for p in checkpoint.iterdir()}
    assert not RunPaths(run_dir).final_model.exists()
