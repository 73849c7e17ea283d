"""Every parameter of a job reaches the payload, or is said not to."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from backends.training import CPUBackend, RTXBackend
from backends.training.trl_backend import TRLBackend
from tests.support import jobs
from tests.support.jobs import job
from tuner.core.job import JobConfiguration

KTO = {"objective": "kto"}
SCRATCH = {
    "objective": "pretrain",
    "method": {"type": "full"},
    "model": {"base_model": None, "architecture": "llama", "size": "2m", "tokenizer": "/t"},
}

CHANGES: list[tuple[str, dict[str, object], dict[str, object]]] = [
    # path, what the job has beside it, another value
    ("model.base_model", {}, {"model": {"base_model": "acme/other"}}),
    ("model.revision", {}, {"model": {"revision": "v2"}}),
    ("model.precision", {}, {"model": {"precision": "fp32"}}),
    ("model.parent", {}, {"model": {"parent": "/a/checkpoint-1"}}),
    ("model.architecture", SCRATCH, {"model": {"architecture": "qwen"}}),
    ("model.size", SCRATCH, {"model": {"size": "15m"}}),
    ("model.tokenizer", SCRATCH, {"model": {"tokenizer": "/u"}}),
    ("datasets.training", {}, {"datasets": {"training": "/other.jsonl"}}),
    ("datasets.validation", {}, {"datasets": {"validation": "/v.jsonl"}}),
    ("datasets.validation_fraction", {}, {"datasets": {"validation_fraction": 0.3}}),
    ("datasets.format", {}, {"datasets": {"format": "alpaca"}}),
    ("method.type", {}, {"method": {"type": "full"}}),
    ("method.lora.rank", {}, {"method": {"lora": {"rank": 9}}}),
    ("method.lora.alpha", {}, {"method": {"lora": {"alpha": 9}}}),
    ("method.lora.dropout", {}, {"method": {"lora": {"dropout": 0.5}}}),
    ("method.lora.trainable_modules", {}, {"method": {"lora": {"trainable_modules": ["q_proj"]}}}),
    ("method.lora.variant rslora", {}, {"method": {"lora": {"variant": "rslora"}}}),
    ("method.lora.variant dora", {}, {"method": {"lora": {"variant": "dora"}}}),
    ("schedule.epochs", {}, {"schedule": {"epochs": 7}}),
    ("schedule.max_steps", {}, {"schedule": {"max_steps": 7}}),
    ("schedule.batch_size", {}, {"schedule": {"batch_size": 7}}),
    ("schedule.sequence_length", {}, {"schedule": {"sequence_length": 777}}),
    ("schedule.gradient_accumulation", {}, {"schedule": {"gradient_accumulation": 7}}),
    ("schedule.checkpoints", {}, {"schedule": {"checkpoints": 7}}),
    ("schedule.evaluations", {}, {"schedule": {"evaluations": 7}}),
    ("schedule.save_steps", {}, {"schedule": {"save_steps": 7}}),
    ("schedule.eval_steps", {}, {"schedule": {"eval_steps": 7}}),
    ("schedule.logging_steps", {}, {"schedule": {"logging_steps": 7}}),
    ("schedule.train_on_inputs", {}, {"schedule": {"train_on_inputs": "enabled"}}),
    ("optimizer.type", {}, {"optimizer": {"type": "adafactor"}}),
    ("optimizer.learning_rate", {}, {"optimizer": {"learning_rate": 0.5}}),
    ("optimizer.weight_decay", {}, {"optimizer": {"weight_decay": 0.5}}),
    ("optimizer.max_gradient_norm", {}, {"optimizer": {"max_gradient_norm": 0.5}}),
    ("optimizer.scheduler.type", {}, {"optimizer": {"scheduler": {"type": "linear"}}}),
    ("optimizer.scheduler.min_lr_ratio", {}, {"optimizer": {"scheduler": {"min_lr_ratio": 0.5}}}),
    ("optimizer.scheduler.warmup_ratio", {}, {"optimizer": {"scheduler": {"warmup_ratio": 0.5}}}),
    ("optimizer.scheduler.cycles", {}, {"optimizer": {"scheduler": {"cycles": 1.5}}}),
    *(
        (f"optimizations.enabled {name}", {}, {"optimizations": {"enabled": [name]}})
        for name in (
            "flash_attention",
            "gradient_checkpointing",
            "optimizer_8bit",
            "paged_optimizer",
            "fused_kernels",
            "sequence_packing",
            "activation_offloading",
        )
    ),
    ("preference.beta", KTO, {"preference": {"beta": 0.5}}),
    ("preference.desirable_weight", KTO, {"preference": {"desirable_weight": 0.5}}),
    ("preference.undesirable_weight", KTO, {"preference": {"undesirable_weight": 0.5}}),
    ("seed", {}, {"seed": 7}),
    ("hardware.num_gpus", {}, {"hardware": {"num_gpus": 2}}),
    ("metadata", {}, {"metadata": {"exact_match_rows": 7}}),
]

ELSEWHERE = {
    "objective": "it chooses the trainer",
    "output.suffix": "it names the run",
    "hardware.device": "it chooses the backend",
    "hardware.gpu_type": "NOT_HONOURED",
    "integrations.wandb": "NOT_HONOURED",
    "integrations.huggingface": "NOT_HONOURED",
    "schedule.early_stopping_patience": "NOT_HONOURED",
}


def payload(backend: TRLBackend, configuration: JobConfiguration, **facts: int) -> dict[str, object]:
    return backend.translate_configuration(configuration, facts).payload


def merge(*trees: dict[str, object]) -> dict[str, object]:
    merged: dict[str, object] = {}
    for tree in trees:
        for key, value in tree.items():
            before = merged.get(key)
            both = isinstance(before, dict) and isinstance(value, dict)
            merged[key] = merge(before, value) if both else value  # type: ignore[arg-type]  # both are dicts here
    return merged


@pytest.mark.parametrize(("path", "beside", "change"), CHANGES, ids=[c[0] for c in CHANGES])
def test_every_parameter_reaches_the_payload(path: str, beside: dict[str, object], change: dict[str, object]) -> None:
    assert payload(RTXBackend(), job(**beside)) != payload(RTXBackend(), job(**merge(beside, change)))


def test_no_parameter_is_forgotten_above() -> None:
    def leaves(tree: object, prefix: str = "") -> list[str]:
        if not isinstance(tree, dict) or not tree:
            return [prefix]
        return [leaf for key, value in tree.items() for leaf in leaves(value, f"{prefix}.{key}".strip("."))]

    tested = {path.partition(" ")[0] for path, _, _ in CHANGES} | set(ELSEWHERE)
    assert set(leaves(JobConfiguration().model_dump(mode="json"))) == tested


@given(configuration=jobs.jobs(), facts=jobs.facts)
def test_any_valid_job_can_be_checked_translated_and_estimated(
    configuration: JobConfiguration, facts: dict[str, int]
) -> None:
    for backend in (CPUBackend(), RTXBackend()):
        backend.validate_configuration(configuration)
        translation = backend.translate_configuration(configuration, facts)
        assert json.loads(json.dumps(translation.payload, allow_nan=False)) == translation.payload
        assert translation.trainer == configuration.objective.value
        backend.estimate(configuration, facts)
