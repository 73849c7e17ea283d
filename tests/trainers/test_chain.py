"""From a tokenizer to a base model, and from an SFT checkpoint to KTO: each run goes on from another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command_line import tuner_json
from tests.support.laboratory import rows_of, train_tokenizer
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.discovery.references import find_checkpoint
from tuner.runs.checkpoint_marker import is_complete
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest
from tuner.runs.state_file import read_state

pytestmark = pytest.mark.training


def test_the_tokenizer_is_whole_and_named_as_an_artifact(tokenizer_run: Path) -> None:
    folder = RunPaths(tokenizer_run).final_model
    assert is_complete(folder)
    assert (folder / "tokenizer.model").stat().st_size > 0
    assert "<|im_start|>" in (folder / "chat_template.jinja").read_text()
    manifest = read_manifest(tokenizer_run)
    results = manifest["results"]
    assert isinstance(results, dict) and results.pop("peak_memory_gb") > 0
    assert results == {"vocab_size": 320}
    (artifact,) = manifest["artifacts"]  # type: ignore[misc]  # a list, as JSON
    assert (artifact["kind"], artifact["path"]) == ("tokenizer", "final_model")


@pytest.mark.parametrize(
    ("corpus", "pieces", "code"),
    [("nowhere.txt", 320, "CORPUS_NOT_FOUND"), ("empty.txt", 320, "CORPUS_EMPTY"), ("corpus.txt", 50000, None)],
)
def test_a_corpus_that_makes_no_tokenizer(laboratory: Workspace, corpus: str, pieces: int, code: str | None) -> None:
    (laboratory.root / "data" / "empty.txt").touch()
    run_dir = train_tokenizer(laboratory, "impossible", corpus, pieces)
    state = read_state(run_dir)
    assert state.state is RunState.FAILED
    assert state.error is not None
    assert state.error["code"] == (code or "TOKENIZER_TRAIN_FAILED")
    assert state.error["class"] == "user"
    assert not RunPaths(run_dir).final_model.exists()


def test_the_base_is_a_whole_model_with_its_tokenizer(base_run: Path, tokenizer_run: Path) -> None:
    folder = RunPaths(base_run).final_model
    assert is_complete(folder)
    assert {"config.json", "model.safetensors", "tokenizer_config.json", "chat_template.jinja"} <= {
        p.name for p in folder.iterdir()
    }
    config = json.loads((folder / "config.json").read_bytes())
    assert (config["hidden_size"], config["num_hidden_layers"], config["vocab_size"]) == (192, 4, 320)
    manifest = read_manifest(base_run)
    assert (manifest["parent_run"], manifest["objective"]) == (tokenizer_run.name, "pretrain")
    assert [r["step"] for r in rows_of(base_run) if "loss" in r] == [1, 2, 3, 4]
    assert any("eval_loss" in r for r in rows_of(base_run))


def test_the_tokenizer_goes_with_the_model(base_run: Path, tokenizer_run: Path) -> None:
    kept = RunPaths(base_run).final_model / "tokenizer.model"
    assert kept.read_bytes() == (RunPaths(tokenizer_run).final_model / "tokenizer.model").read_bytes()


def test_kto_goes_on_from_the_best_sft_checkpoint(laboratory: Workspace, kto_run: Path, sft_run: Path) -> None:
    _, best = find_checkpoint(laboratory, f"{sft_run.name}@best")
    manifest = read_manifest(kto_run)
    assert (manifest["parent_run"], manifest["name"]) == (sft_run.name, "better")
    payload = json.loads(RunPaths(kto_run).payload.read_bytes())
    assert payload["model"]["parent"] == str(best.info.path)
    adapter = json.loads((RunPaths(kto_run).final_model / "adapter_config.json").read_bytes())
    assert (adapter["r"], adapter["lora_alpha"]) == (4, 8), "the parent's adapter, not the configuration's default"


def test_kto_rows_have_its_own_metrics(kto_run: Path) -> None:
    training = [r for r in rows_of(kto_run) if "loss" in r]
    assert [r["step"] for r in training] == [1, 2, 3, 4]
    assert all("kl" in r for r in training)
    names = {name for row in training for name in row}
    assert {"rewards/margins", "rewards/chosen", "rewards/rejected"} & names
    assert [r["step"] for r in rows_of(kto_run) if "eval_exact_match" in r] == [2, 4]


def test_runs_list_shows_them_newest_first(laboratory: Workspace, kto_run: Path, sft_run: Path, base_run: Path) -> None:
    ids = [r["id"] for r in tuner_json("runs", "list", "--state", "succeeded", "-w", laboratory.root)]
    assert ids == sorted(ids, reverse=True)
    assert {kto_run.name, sft_run.name, base_run.name} <= set(ids)
