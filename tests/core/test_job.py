"""JobConfiguration: defaults, contradictions, and what it refuses to be."""

from __future__ import annotations

import pydantic
import pytest

from tuner.core.enums import MethodType, Objective, Optimization, Precision, SchedulerType, TrainOnInputs
from tuner.core.issues import Severity
from tuner.core.job import JobConfiguration, section_class
from tuner.core.job_issues import parse_job
from tuner.core.job_sections import LoraSection, ModelSection, SchedulerSection, model_short_name

FULL = {
    "objective": "sft",
    "model": {"base_model": "Qwen/Qwen3-4B", "revision": None, "precision": "auto"},
    "datasets": {"training": "data/tools.jsonl", "validation_fraction": 0.1, "format": "auto"},
    "method": {"type": "lora", "lora": {"rank": 32, "alpha": 64, "trainable_modules": "all-linear", "variant": "lora"}},
    "schedule": {"epochs": 3, "gradient_accumulation": 4, "checkpoints": 5, "train_on_inputs": "auto"},
    "optimizer": {"learning_rate": 2e-4, "scheduler": {"type": "cosine", "warmup_ratio": 0.1}},
    "optimizations": {"enabled": ["gradient_checkpointing", "sequence_packing"]},
    "preference": {"beta": 0.1},
    "hardware": {"device": "auto", "num_gpus": 1},
    "integrations": {"wandb": {"project": "p"}, "huggingface": {"repo_id": "me/m"}},
    "output": {"suffix": None},
    "seed": 42,
    "metadata": {"rtx": {"compile": True}},
}


def test_the_configuration_of_the_design_is_valid() -> None:
    job, issues = parse_job(FULL)
    assert issues == []
    assert job is not None
    assert job.method.lora.rank == 32
    assert job.optimizer.learning_rate == 2e-4
    assert job.integrations.wandb is not None
    assert job.integrations.wandb.api_key_env == "WANDB_API_KEY"


def test_an_empty_configuration_is_all_defaults() -> None:
    job, issues = parse_job({})
    assert issues == []
    assert job == JobConfiguration()
    assert job is not None
    assert (job.objective, job.seed, job.datasets.validation_fraction) == (Objective.SFT, 42, 0.1)


def test_dumping_and_reading_gives_the_same() -> None:
    job, _ = parse_job(FULL)
    assert job is not None
    assert parse_job(job.model_dump(mode="json")) == (job, [])


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (MethodType, "full lora qlora"),
        (SchedulerType, "cosine linear constant constant_with_warmup polynomial"),
        (Precision, "auto fp32 fp16 bf16 fp8 int8 int4"),
        (TrainOnInputs, "auto enabled disabled"),
        (
            Optimization,
            "flash_attention gradient_checkpointing optimizer_8bit paged_optimizer fused_kernels sequence_packing "
            "dynamic_padding activation_offloading",
        ),
    ],
)
def test_vocabularies(kind: type[Objective], values: str) -> None:
    assert [m.value for m in kind] == values.split()


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"model": {"base_model": "m", "architecture": "llama"}}, "model.architecture"),
        ({"model": {"base_model": "m", "size": "tiny"}}, "model.architecture"),
        ({"model": {"architecture": "llama"}, "method": {"type": "full"}}, "objective"),
        ({"model": {"architecture": "llama"}, "objective": "pretrain"}, "method.type"),
        ({"model": {"precision": "int4"}}, "model.precision"),
        ({"model": {"precision": "int8"}, "method": {"type": "full"}}, "model.precision"),
        ({"model": {"precision": "bf16"}, "method": {"type": "qlora"}}, "model.precision"),
    ],
)
def test_contradictions_are_told_with_a_way_out(values: dict[str, object], path: str) -> None:
    job, issues = parse_job(values)
    assert job is None
    assert [(i.path, i.code, i.severity) for i in issues] == [(path, "CONTRADICTION", Severity.ERROR)]
    assert issues[0].hint


@pytest.mark.parametrize(
    "values",
    [
        {"model": {"precision": "int4"}, "method": {"type": "qlora"}},
        {"model": {"precision": "auto"}, "method": {"type": "qlora"}},
        {"model": {"architecture": "llama", "size": "tiny"}, "objective": "pretrain", "method": {"type": "full"}},
        {"model": {"base_model": "m"}, "objective": "pretrain"},
    ],
)
def test_what_goes_together_is_let_through(values: dict[str, object]) -> None:
    assert parse_job(values)[1] == []


def test_two_contradictions_and_a_range_are_all_told() -> None:
    values: dict[str, object] = {"model": {"architecture": "llama"}, "schedule": {"epochs": 99}}
    _, issues = parse_job(values)
    assert {i.path for i in issues} == {"objective", "method.type", "schedule.epochs"}


def test_the_model_itself_refuses_too() -> None:
    with pytest.raises(pydantic.ValidationError, match="out of range"):
        JobConfiguration.model_validate({"schedule": {"epochs": 99}})
    with pytest.raises(pydantic.ValidationError, match="seed"):
        JobConfiguration().seed = -1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), JobConfiguration),
        (("method", "lora"), LoraSection),
        (("optimizer", "scheduler"), SchedulerSection),
        (("integrations", "wandb"), type(parse_job(FULL)[0].integrations.wandb)),  # type: ignore[union-attr]
        (("seed",), None),
        (("nothing",), None),
    ],
)
def test_the_section_at_a_path(path: tuple[str, ...], expected: object) -> None:
    assert section_class(path) is expected


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (ModelSection(base_model="Qwen/Qwen3-4B"), "Qwen3-4B"),
        (ModelSection(base_model="/models/mine"), "mine"),
        (ModelSection(architecture="llama", size="tiny"), "llama-tiny"),
        (ModelSection(architecture="llama"), "llama"),
        (ModelSection(), "model"),
    ],
)
def test_short_names_of_models(model: ModelSection, name: str) -> None:
    assert model_short_name(model) == name


def test_every_parameter_is_described() -> None:
    def undescribed(model: type[pydantic.BaseModel], place: str) -> list[str]:
        found = []
        for key, field in model.model_fields.items():
            inner = section_class((*place.split("."), key) if place else (key,))
            if inner is not None:
                found += undescribed(inner, f"{place}.{key}" if place else key)
            elif not field.description:
                found.append(f"{place}.{key}")
        return found

    assert undescribed(JobConfiguration, "") == []
