"""A real DPO run on the processor, from the best checkpoint of an SFT run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command_line import tuner_json
from tests.support.laboratory import rows_of
from tests.trainers.conftest import trained
from tuner.config.workspace import Workspace
from tuner.discovery.references import find_checkpoint
from tuner.runs.checkpoint_marker import is_complete
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def dpo_run(laboratory: Workspace, sft_run: Path) -> Path:
    return trained(laboratory, "dpo")


def test_it_goes_on_from_the_best_sft_checkpoint(laboratory: Workspace, dpo_run: Path, sft_run: Path) -> None:
    _, best = find_checkpoint(laboratory, f"{sft_run.name}@best")
    payload = json.loads(RunPaths(dpo_run).payload.read_bytes())
    assert payload["model"]["parent"] == str(best.info.path)
    assert (payload["arguments"]["loss_type"], payload["arguments"]["beta"]) == (["ipo"], 0.2)
    manifest = read_manifest(dpo_run)
    assert (manifest["parent_run"], manifest["objective"]) == (sft_run.name, "dpo")
    assert manifest["dataset"]["format"] == "preference"  # type: ignore[index, call-overload]  # JSON


def test_its_rows_have_its_own_metrics(dpo_run: Path) -> None:
    rows = rows_of(dpo_run)
    training = [r for r in rows if "loss" in r]
    assert [r["step"] for r in training] == [1, 2, 3, 4]
    assert {"rewards/accuracies", "rewards/margins", "rewards/chosen", "logps/rejected"} <= training[0].keys()
    assert training[0]["rewards/margins"] == pytest.approx(0, abs=1e-5), "it starts as its own reference"
    assert [r["step"] for r in rows if "eval_rewards/accuracies" in r] == [2, 4]
    assert [r["step"] for r in rows if "eval_exact_match" in r] == [2, 4]


def test_its_checkpoints_hold_the_trained_adapter_alone_and_are_ranked(laboratory: Workspace, dpo_run: Path) -> None:
    for folder in (*RunPaths(dpo_run).checkpoints.glob("checkpoint-*"), RunPaths(dpo_run).final_model):
        assert is_complete(folder)
        assert [p.relative_to(folder).name for p in folder.rglob("adapter_model.safetensors")] == [
            "adapter_model.safetensors"
        ]
        assert not (folder / "ref").exists()
    listed = tuner_json("checkpoints", "list", dpo_run.name, "-w", laboratory.root)
    assert [c["step"] for c in listed] == [-1, 2, 4]
    assert sum(c["is_best"] for c in listed) == 1
