"""Every preset that ships: its own backend takes it as it is and can translate it."""

from __future__ import annotations

import pytest

from tests.support.gpu_machines import H200, machine, rtx
from tuner.config.load import parse_job_text
from tuner.config.presets import Preset, list_presets
from tuner.core.backend_protocol import TrainingBackend
from tuner.core.enums import MethodType
from tuner.core.job import JobConfiguration
from tuner.core.registry import TrainingBackendRegistry

PRESETS = list_presets()
_EIGHT = machine(H200, "bitsandbytes", "deepspeed", count=8)


def backend_of(preset: Preset) -> TrainingBackend:
    return rtx(_EIGHT) if preset.backend == "rtx" else TrainingBackendRegistry().get(preset.backend)


def job_of(preset: Preset) -> JobConfiguration:
    loaded = parse_job_text(preset.text())
    assert loaded.job is not None and not loaded.issues, loaded.issues
    return loaded.job


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.name)
def test_a_preset_is_taken_as_it_is(preset: Preset) -> None:
    backend, job = backend_of(preset), job_of(preset)
    objections = [i for i in backend.validate_configuration(job) if i.severity.value != "info"]
    assert objections == []
    assert backend.inapplicable(job).keys().isdisjoint(given(job))
    translation = backend.translate_configuration(job, {"training_rows": 1000, "validation_rows": 50})
    assert translation.trainer in backend.get_available_methods()
    assert translation.payload["dataset"]


def given(job: JobConfiguration) -> set[str]:
    """The optimizations and sections that a preset names."""
    named = {f"optimizations.enabled.{o.value}" for o in job.optimizations.enabled}
    return named | ({"preference"} if "preference" in job.model_fields_set else set())


def test_sizes_methods_and_objectives_are_all_covered() -> None:
    jobs = [job_of(p) for p in PRESETS if p.backend == "rtx"]
    covered = {(j.objective.value, j.method.type.value) for j in jobs}
    assert {("sft", m.value) for m in MethodType} | {("kto", "lora"), ("dpo", "lora")} <= covered
    names = " ".join(p.name for p in PRESETS)
    for size in ("0.5b", "2b", "3b", "8b", "14b", "32b", "70b"):
        assert f"-{size}" in names
    assert {j.metadata.get("distributed") for j in jobs} >= {"fsdp", "ddp", "deepspeed_zero3"}


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.name)
def test_a_preset_is_valid_on_a_machine_without_gpus(preset: Preset) -> None:
    backend = TrainingBackendRegistry().get(preset.backend)
    assert [i for i in backend.validate_configuration(job_of(preset)) if i.is_error] == []
