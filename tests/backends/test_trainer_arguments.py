"""A job in the words of transformers: devices, optimizers, schedules, and where checkpoints fall."""

from __future__ import annotations

import pytest

from backends.training import CPUBackend, RTXBackend
from backends.training.translate import planned_steps
from backends.training.trl_backend import TRLBackend
from tests.backends.test_translate import payload
from tests.support.jobs import job
from tuner.core.job import JobConfiguration


def arguments(backend: TRLBackend, configuration: JobConfiguration, **facts: int) -> dict[str, object]:
    made = payload(backend, configuration, **facts)["arguments"]
    assert isinstance(made, dict)
    return made


def test_devices_and_precisions() -> None:
    on_cpu, on_gpu = arguments(CPUBackend(), job()), arguments(RTXBackend(), job())
    assert (on_cpu["use_cpu"], on_cpu["bf16"], on_cpu["fp16"]) == (True, False, False)
    assert (on_gpu["use_cpu"], on_gpu["bf16"], on_gpu["fp16"]) == (False, True, False)
    assert arguments(RTXBackend(), job(model={"precision": "fp16"}))["fp16"] is True
    quantized = payload(RTXBackend(), job(method={"type": "qlora"}))["model"]
    assert isinstance(quantized, dict)
    assert (quantized["quantization"], quantized["dtype"]) == ("int4", "bfloat16")


@pytest.mark.parametrize(
    ("optimizer", "enabled", "name"),
    [
        ("adamw", [], "adamw_torch"),
        ("adamw", ["optimizer_8bit"], "adamw_8bit"),
        ("adamw", ["paged_optimizer"], "paged_adamw_32bit"),
        ("adamw", ["optimizer_8bit", "paged_optimizer"], "paged_adamw_8bit"),
        ("lion", [], "lion_32bit"),
        ("lion", ["paged_optimizer"], "paged_lion_32bit"),
        ("sgd", ["optimizer_8bit"], "sgd"),
    ],
)
def test_optimizers_have_the_names_of_transformers(optimizer: str, enabled: list[str], name: str) -> None:
    asked = job(optimizer={"type": optimizer}, optimizations={"enabled": enabled})
    assert arguments(RTXBackend(), asked)["optim"] == name


@pytest.mark.parametrize(
    ("scheduler", "name", "options"),
    [
        ({"type": "cosine"}, "cosine", {"num_cycles": 0.5}),
        ({"type": "cosine", "min_lr_ratio": 0.1}, "cosine_with_min_lr", {"min_lr_rate": 0.1, "num_cycles": 0.5}),
        ({"type": "linear"}, "linear", {}),
        ({"type": "linear", "min_lr_ratio": 0.5}, "polynomial", {"lr_end": 0.1, "power": 1.0}),
        ({"type": "polynomial"}, "polynomial", {"lr_end": 0.0, "power": 1.0}),
        ({"type": "constant"}, "constant", {}),
        ({"type": "constant_with_warmup"}, "constant_with_warmup", {}),
    ],
)
def test_schedulers_have_the_names_of_transformers(
    scheduler: dict[str, object], name: str, options: dict[str, object]
) -> None:
    made = arguments(CPUBackend(), job(optimizer={"learning_rate": 0.2, "scheduler": scheduler}))
    assert (made["lr_scheduler_type"], made["lr_scheduler_kwargs"]) == (name, options)


def test_checkpoints_are_spread_over_a_run_of_known_length() -> None:
    asked = job(schedule={"epochs": 2, "batch_size": 4, "gradient_accumulation": 2, "checkpoints": 3, "evaluations": 4})
    assert planned_steps(asked, {"training_rows": 41}) == 12
    made = arguments(CPUBackend(), asked, training_rows=41)
    assert (made["save_steps"], made["eval_steps"]) == (4, 3)
    unknown = arguments(CPUBackend(), asked)
    assert "save_steps" not in unknown
    assert unknown["save_strategy"] == "no"


def test_a_given_interval_rules_over_the_number() -> None:
    asked = job(schedule={"max_steps": 100, "checkpoints": 4, "save_steps": 7, "evaluations": 0})
    made = arguments(CPUBackend(), asked)
    assert (made["save_steps"], made["save_strategy"], made["eval_strategy"]) == (7, "steps", "no")


def test_what_is_changed_on_the_way_is_said() -> None:
    changes = CPUBackend().translate_configuration(job(model={"parent": "/a"}), {}).changes
    assert any("parent's adapter" in c for c in changes)
    assert any("every step is logged" in c for c in changes)
    floor = job(optimizer={"scheduler": {"type": "linear", "min_lr_ratio": 0.5}})
    assert any("polynomial" in c for c in RTXBackend().translate_configuration(floor, {}).changes)
