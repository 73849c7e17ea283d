"""The mac backend: what it can do, what it says before a start, and that each parameter reaches its trainer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from backends.training import MacBackend
from tests.support import jobs
from tests.support.jobs import job
from tuner.config.load import parse_job_text
from tuner.config.presets import list_presets
from tuner.core.enums import MethodType, Objective
from tuner.core.issues import Severity
from tuner.core.job import JobConfiguration

LLAMA: dict[str, object] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 64,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 300,
    "max_position_embeddings": 4096,
    "dtype": "bfloat16",
}
BACKEND = MacBackend()


def found(configuration: JobConfiguration) -> dict[str, tuple[str, Severity]]:
    return {i.path: (i.code, i.severity) for i in BACKEND.validate_configuration(configuration)}


def model(folder: Path, **more: object) -> str:
    (folder / "config.json").write_text(json.dumps({**LLAMA, **more}))
    return str(folder)


def payload(configuration: JobConfiguration) -> dict[str, object]:
    return BACKEND.translate_configuration(configuration, {}).payload


def test_it_says_what_it_can_do(tmp_path: Path) -> None:
    can = BACKEND.capabilities()
    assert can.objectives == [Objective.SFT]
    assert set(can.methods) == set(MethodType)
    assert can.context_length is None
    known = BACKEND.capabilities(model(tmp_path))
    assert known.context_length == 4096
    assert known.ranges["schedule.sequence_length"] == (512, 4096)
    quantized = BACKEND.capabilities(model(tmp_path, quantization={"bits": 4, "group_size": 64}))
    assert MethodType.FULL not in quantized.methods


def test_a_plain_job_has_no_findings() -> None:
    assert BACKEND.validate_configuration(job()) == []
    assert BACKEND.inapplicable(job())["preference"] == "sft has no preference"


@pytest.mark.parametrize("objective", ["kto", "dpo", "pretrain"])
def test_other_objectives_are_refused_with_a_way_on(objective: str) -> None:
    issues = BACKEND.validate_configuration(job(objective=objective))
    assert any(i.code == "UNSUPPORTED_OBJECTIVE" and i.is_error for i in issues)
    assert any("model.parent" in i.message for i in issues) == (objective != "pretrain")


@pytest.mark.parametrize(
    ("change", "path", "code", "severity"),
    [
        ({"model": {"base_model": None}}, "model.base_model", "MISSING", Severity.ERROR),
        ({"datasets": {"training": None}}, "datasets.training", "MISSING", Severity.ERROR),
        ({"hardware": {"device": "cuda"}}, "hardware.device", "UNSUPPORTED_DEVICE", Severity.ERROR),
        ({"model": {"precision": "fp8"}}, "model.precision", "UNSUPPORTED_PRECISION", Severity.ERROR),
        (
            {"model": {"parent": "/a"}, "method": {"type": "full"}},
            "method.type",
            "BAD_VALUE",
            Severity.ERROR,
        ),
        ({"model": {"parent": "/a"}}, "model.parent", "WEIGHTS_ONLY", Severity.INFO),
        (
            {"model": {"precision": "fp16"}, "method": {"type": "full"}},
            "model.precision",
            "FP16_UNSCALED",
            Severity.WARNING,
        ),
        (
            {"optimizations": {"enabled": ["sequence_packing"]}},
            "optimizations.enabled",
            "NOT_HONOURED",
            Severity.WARNING,
        ),
        (
            {"metadata": {"quantization_group_size": 48}},
            "metadata.quantization_group_size",
            "BAD_VALUE",
            Severity.ERROR,
        ),
        ({"metadata": {"train_on_turns": "first"}}, "metadata.train_on_turns", "BAD_VALUE", Severity.ERROR),
        ({"hardware": {"num_gpus": 2}}, "hardware.num_gpus", "NOT_HONOURED", Severity.WARNING),
        (
            {"optimizer": {"scheduler": {"type": "constant", "warmup_ratio": 0.1}}},
            "optimizer.scheduler.warmup_ratio",
            "NOT_HONOURED",
            Severity.WARNING,
        ),
    ],
)
def test_what_it_cannot_do_is_said(change: dict[str, object], path: str, code: str, severity: Severity) -> None:
    assert found(job(**change))[path] == (code, severity)


@pytest.mark.parametrize("device", ["auto", "mps", "cpu"])
def test_devices_of_mlx(device: str) -> None:
    made = job(hardware={"device": device})
    assert found(made) == {}
    spec = payload(made)["model"]
    assert isinstance(spec, dict) and spec["device"] == ("cpu" if device == "cpu" else None)


@pytest.mark.parametrize(
    ("method", "precision", "path", "code"),
    [
        ("full", "auto", "method.type", "UNSUPPORTED_METHOD"),
        ("lora", "auto", "method.type", "QUANTIZED_BASE"),
        ("qlora", "int8", "model.precision", "NOT_HONOURED"),
    ],
)
def test_a_quantized_base(tmp_path: Path, method: str, precision: str, path: str, code: str) -> None:
    folder = model(tmp_path, quantization={"bits": 4, "group_size": 64})
    made = job(model={"base_model": folder, "precision": precision}, method={"type": method})
    assert code in {i.code for i in BACKEND.validate_configuration(made) if i.path == path}
    fitting = job(model={"base_model": folder, "precision": "int4"}, method={"type": "qlora"})
    assert "model.precision" not in found(fitting)


def test_weights_that_only_torch_can_read(tmp_path: Path) -> None:
    folder = model(tmp_path, quantization_config={"quant_method": "bitsandbytes", "load_in_4bit": True})
    assert found(job(model={"base_model": folder}))["model.base_model"] == ("MODEL_INCOMPATIBLE", Severity.ERROR)
    (tmp_path / "config.json").write_text("[")
    assert "model.base_model" not in found(job(model={"base_model": folder}))


CHANGES: list[dict[str, object]] = [
    {"model": {"base_model": "acme/other"}},
    {"model": {"revision": "main"}},
    {"model": {"precision": "bf16"}},
    {"model": {"parent": "/runs/a"}},
    {"datasets": {"training": "/data/other.jsonl"}},
    {"datasets": {"validation": "/data/v.jsonl"}},
    {"datasets": {"validation_fraction": 0.5}},
    {"datasets": {"format": "text"}},
    {"method": {"type": "full"}},
    {"method": {"type": "qlora"}},
    {"method": {"lora": {"rank": 3}}},
    {"method": {"lora": {"alpha": 3}}},
    {"method": {"lora": {"dropout": 0.3}}},
    {"method": {"lora": {"trainable_modules": ["q_proj"]}}},
    {"method": {"lora": {"variant": "rslora"}}},
    {"method": {"lora": {"variant": "dora"}}},
    {"schedule": {"epochs": 7}},
    {"schedule": {"max_steps": 7}},
    {"schedule": {"batch_size": 7}},
    {"schedule": {"sequence_length": 777}},
    {"schedule": {"gradient_accumulation": 7}},
    {"schedule": {"checkpoints": 7}},
    {"schedule": {"evaluations": 7}},
    {"schedule": {"save_steps": 7}},
    {"schedule": {"eval_steps": 7}},
    {"schedule": {"logging_steps": 7}},
    {"schedule": {"early_stopping_patience": 7}},
    {"schedule": {"train_on_inputs": "enabled"}},
    {"optimizer": {"type": "adafactor"}},
    {"optimizer": {"learning_rate": 0.5}},
    {"optimizer": {"weight_decay": 0.5}},
    {"optimizer": {"max_gradient_norm": 0.5}},
    {"optimizer": {"scheduler": {"type": "linear"}}},
    {"optimizer": {"scheduler": {"min_lr_ratio": 0.5}}},
    {"optimizer": {"scheduler": {"warmup_ratio": 0.5}}},
    {"optimizer": {"scheduler": {"cycles": 1.5}}},
    {"optimizations": {"enabled": ["gradient_checkpointing"]}},
    {"metadata": {"train_on_turns": "last"}},
    {"metadata": {"evaluate_first": True}},
    {"seed": 7},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: json.dumps(c))
def test_every_parameter_reaches_the_payload(change: dict[str, object]) -> None:
    assert payload(job(**change)) != payload(job())


def test_what_is_done_otherwise_is_said() -> None:
    made = job(
        model={"parent": "/runs/a"},
        method={"type": "qlora"},
        schedule={"gradient_accumulation": 4, "batch_size": 2, "epochs": 1, "train_on_inputs": "enabled"},
        optimizer={"type": "muon", "weight_decay": 0.1},
        metadata={"quantization_group_size": 32},
    )
    said = "\n".join(BACKEND.translate_configuration(made, {"training_rows": 16}).changes)
    for part in (
        "2 steps are 8 iterations",
        "gradients are clipped",
        "mlx's muon has no decoupled one",
        "go to adamw",
        "4 bits, groups of 32",
        "only the weights",
        "prompts included",
    ):
        assert part in said
    plain = BACKEND.translate_configuration(job(optimizer={"max_gradient_norm": 0.0}), {}).changes
    assert plain == ["loss on the answers only"]


def test_presets_hold_without_a_warning() -> None:
    presets = [p for p in list_presets() if p.backend == "mac"]
    assert len(presets) >= 6
    for preset in presets:
        made = parse_job_text(preset.text()).job
        assert made is not None, preset.name
        blocking = [i for i in BACKEND.validate_configuration(made) if i.severity is not Severity.INFO]
        assert blocking == [], preset.name
        assert BACKEND.translate_configuration(made, {}).trainer == "mlx"


@given(configuration=jobs.jobs(), facts=jobs.facts)
@settings(max_examples=100)
def test_any_valid_job_can_be_checked_translated_and_estimated(
    configuration: JobConfiguration, facts: dict[str, int]
) -> None:
    BACKEND.validate_configuration(configuration)
    BACKEND.inapplicable(configuration)
    translation = BACKEND.translate_configuration(configuration, facts)
    assert json.loads(json.dumps(translation.payload, allow_nan=False)) == translation.payload
    BACKEND.estimate(configuration, facts)
