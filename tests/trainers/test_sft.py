"""A real SFT run with LoRA: what it leaves on disk, and that what was asked is what ran."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command_line import tuner_json
from tests.support.laboratory import rows_of
from tests.support.subprocesses import run_python
from tuner.config.workspace import Workspace
from tuner.runs.checkpoint_marker import is_complete
from tuner.runs.events import read_events
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest

pytestmark = pytest.mark.training


def test_checkpoints_are_spread_and_whole(sft_run: Path) -> None:
    folders = sorted(p.name for p in RunPaths(sft_run).checkpoints.glob("checkpoint-*"))
    assert folders == ["checkpoint-2", "checkpoint-4", "checkpoint-6"]
    for folder in (*RunPaths(sft_run).checkpoints.glob("checkpoint-*"), RunPaths(sft_run).final_model):
        assert is_complete(folder), folder
        assert (folder / "adapter_model.safetensors").is_file()
        assert (folder / "tokenizer_config.json").is_file()
        assert (folder / "chat_template.jinja").is_file()
    for name in ("trainer_state.json", "optimizer.pt", "scheduler.pt", "rng_state.pth"):
        assert (RunPaths(sft_run).checkpoints / "checkpoint-4" / name).is_file()


def test_the_adapter_is_the_one_asked_for(sft_run: Path) -> None:
    adapter = json.loads((RunPaths(sft_run).final_model / "adapter_config.json").read_bytes())
    assert (adapter["r"], adapter["lora_alpha"], adapter["lora_dropout"]) == (4, 8, 0.125)
    assert sorted(adapter["target_modules"]) == ["q_proj", "v_proj"]


def test_every_argument_of_the_payload_reached_the_trainer(sft_run: Path) -> None:
    asked = json.loads(RunPaths(sft_run).payload.read_bytes())["arguments"]
    path = RunPaths(sft_run).checkpoints / "checkpoint-2" / "training_args.bin"
    done = run_python(
        "import json, torch\n"
        f"a = torch.load({str(path)!r}, weights_only=False)\n"  # our own file of a minute ago
        f"print(json.dumps({{k: getattr(a, k) for k in {list(asked)!r}}}, default=str))",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    got = json.loads(done.stdout.splitlines()[-1])
    enums = {"lr_scheduler_type", "optim", "save_strategy", "eval_strategy", "logging_strategy"}
    same = {k: str(v).split(".")[-1].lower() if k in enums else v for k, v in got.items()}
    assert same == {k: v.lower() if k in enums else v for k, v in asked.items()}
    assert (asked["learning_rate"], asked["weight_decay"], asked["max_grad_norm"]) == (1e-2, 0.03, 0.7)
    assert (asked["gradient_accumulation_steps"], asked["per_device_train_batch_size"]) == (2, 2)
    assert asked["lr_scheduler_type"] == "cosine_with_min_lr"


def test_every_step_is_a_row_and_every_evaluation_has_both_metrics(sft_run: Path) -> None:
    rows = rows_of(sft_run)
    assert [r["step"] for r in rows if "loss" in r] == [1, 2, 3, 4, 5, 6]
    assert [r["step"] for r in rows if "eval_loss" in r] == [0, 2, 4, 6]
    exact = {r["step"]: r["eval_exact_match"] for r in rows if "eval_exact_match" in r}
    assert list(exact) == [0, 2, 4, 6]
    assert all(value in {0.0, 0.25, 0.5, 0.75, 1.0} for value in exact.values())
    assert all(r["timestamp"].endswith("Z") for r in rows)  # type: ignore[attr-defined]  # text among the numbers
    assert max(r["learning_rate"] for r in rows if "learning_rate" in r) == pytest.approx(1e-2)
    assert "train_runtime" in rows[-1]


def test_the_manifest_knows_what_was_trained_with_what(sft_run: Path, base_run: Path) -> None:
    manifest = read_manifest(sft_run)
    dataset, model, results = manifest["dataset"], manifest["model"], manifest["results"]
    assert isinstance(dataset, dict) and isinstance(model, dict) and isinstance(results, dict)
    assert dataset["rows"] + dataset["validation_rows"] == 40
    assert dataset["validation_rows"] > 0
    assert (dataset["skipped_rows"], dataset["format"]) == (2, "prompt_completion")
    assert dataset["split"]["validation_fraction"] == 0.25
    assert len(dataset["sha256"]) == len(model["chat_template_sha256"]) == 64
    assert model["id"] == str(base_run / "final_model")
    assert (model["context_length"], manifest["seed"]) == (1024, 7)
    assert {"torch", "transformers", "trl", "peft", "python"} <= set(manifest["versions"])  # type: ignore[call-overload]
    assert results["steps"] == 6
    assert results["tokens_per_second"] > 0
    assert manifest["tags"] == ["first", "tiny"]


def test_rows_that_could_not_be_used_are_named_by_line(sft_run: Path) -> None:
    (warning,) = [e for e in read_events(sft_run) if e.type == "warning"]
    assert "2 rows cannot be used" in warning.message
    assert warning.message.endswith("lines 6, 22")


def test_without_a_yes_such_rows_stop_the_run(laboratory: Workspace, base_run: Path) -> None:
    before = sorted(laboratory.runs.iterdir())
    config = laboratory.root / "configs" / "sft.yaml"
    dry = tuner_json("train", config, "--backend", "cpu", "--dry-run", "-w", laboratory.root)
    (issue,) = [i for i in dry["issues"] if i["severity"] == "warning"]
    assert (issue["code"], issue["path"]) == ("ROWS_SKIPPED", "datasets.training")
    assert "line 6" in issue["message"] and "line 22" in issue["message"]
    assert sorted(laboratory.runs.iterdir()) == before


def test_the_best_is_chosen_and_reported_alike_everywhere(laboratory: Workspace, sft_run: Path) -> None:
    listed = tuner_json("checkpoints", "list", sft_run.name, "-w", laboratory.root)
    assert [c["step"] for c in listed] == [-1, 2, 4, 6]
    (best,) = [c for c in listed if c["is_best"]]
    assert all(c["complete"] and c["score"] is not None for c in listed)
    assert best["score"] == max(c["score"] for c in listed)
    chosen = tuner_json("checkpoints", "best", "tools", "-w", laboratory.root)
    assert {k: v for k, v in chosen.items() if k != "why"} == best
    results = read_manifest(sft_run)["results"]
    assert isinstance(results, dict)
    assert (results["best"]["step"], results["best"]["why"]) == (best["step"], chosen["why"])
