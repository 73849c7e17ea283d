"""The four data classes, and the score of a checkpoint to the letter."""

from __future__ import annotations

import math
from pathlib import Path

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner import CheckpointInfo, EvalConfig, TrainingConfig, UploadConfig

HERE = Path("run/checkpoints/checkpoint-50")


def checkpoint(**metrics: float) -> CheckpointInfo:
    named = {name.replace("__", "/"): value for name, value in metrics.items()}
    return CheckpointInfo(path=HERE, step=50, metrics=named, is_final=False)


def test_sft_scores_the_negated_loss() -> None:
    assert checkpoint(loss=0.5).score("sft") == -0.5


def test_kto_scores_margins_over_kl_exactly() -> None:
    assert checkpoint(kl=0.1, rewards__margins=0.3).score("kto") == 3.0


def test_dpo_scores_the_accuracy() -> None:
    assert checkpoint(rewards__accuracies=0.75, loss=0.1).score("dpo") == 0.75


def test_other_objectives_score_the_negated_loss() -> None:
    assert checkpoint(loss=2.0).score("pretrain") == -2.0


@pytest.mark.parametrize("training_type", ["sft", "kto", "dpo", "pretrain", "mlx"])
def test_without_metrics_nothing_is_worse(training_type: str) -> None:
    assert checkpoint().score(training_type) == -math.inf


@pytest.mark.parametrize(
    "metrics",
    [{"kl": 0.1}, {"rewards__margins": 0.3}, {"kl": 0.0, "rewards__margins": 0.3}],
)
def test_kto_without_a_quotient_has_no_score(metrics: dict[str, float]) -> None:
    assert checkpoint(**metrics).score("kto") == -math.inf


@given(
    st.sampled_from(["sft", "kto", "dpo"]),
    st.dictionaries(st.sampled_from(["loss", "kl", "rewards__margins", "rewards__accuracies"]), st.floats()),
)
def test_a_score_always_compares(training_type: str, metrics: dict[str, float]) -> None:
    assert not math.isnan(checkpoint(**metrics).score(training_type))


@given(st.floats(0.01, 10), st.floats(0.01, 10))
def test_max_takes_the_lower_loss_whatever_stands_beside_it(first: float, second: float) -> None:
    candidates = [checkpoint(), checkpoint(loss=first), checkpoint(loss=second), checkpoint(loss=math.nan)]
    best = max(candidates, key=lambda c: c.score("sft"))
    assert best.metrics["loss"] == min(first, second)


def test_a_checkpoint_needs_only_path_and_step() -> None:
    info = CheckpointInfo(path=HERE, step=-1)
    assert (info.metrics, info.is_final) == ({}, False)


def test_training_config_takes_the_names_of_the_contract() -> None:
    config = TrainingConfig(
        method="sft",
        platform="rtx",
        config_path=Path("config.yaml"),
        trainer_dir=Path("Trainers/sft"),
        model_name="unsloth/mistral",
        dataset_file="data.jsonl",
        epochs=3,
        batch_size=6,
        learning_rate=2e-4,
    )
    assert config.model_dump()["model_name"] == "unsloth/mistral"


def test_the_token_of_an_upload_never_shows() -> None:
    upload = UploadConfig(
        model_path=HERE, repo_id="me/model", save_method="lora", create_gguf=False, hf_token="hf_secret"
    )
    assert "hf_secret" not in repr(upload) + str(upload) + upload.model_dump_json()
    assert upload.hf_token.get_secret_value() == "hf_secret"


@pytest.mark.parametrize("save_method", ["merged_16bit", "merged_4bit", "lora"])
def test_known_save_methods(save_method: str) -> None:
    assert UploadConfig(model_path=HERE, repo_id="me/model", save_method=save_method).save_method == save_method


def test_an_unknown_save_method_is_refused() -> None:
    with pytest.raises(pydantic.ValidationError):
        UploadConfig(model_path=HERE, repo_id="me/model", save_method="zip")


def test_eval_config_defaults() -> None:
    config = EvalConfig(backend="ollama", model="qwen", prompt_set=Path("p.json"), prompt_count=3)
    assert (config.temperature, config.top_p, config.max_tokens) == (0.2, 0.9, 1024)


@pytest.mark.parametrize("bad", [{"temperature": -0.1}, {"top_p": 0.0}, {"top_p": 1.1}, {"max_tokens": 0}])
def test_eval_config_refuses_impossible_sampling(bad: dict[str, float]) -> None:
    with pytest.raises(pydantic.ValidationError):
        EvalConfig(backend="ollama", model="qwen", prompt_set=Path("p.json"), **bad)
