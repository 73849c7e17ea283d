"""The settings that rtx chooses for a machine: each said with its reason, each ruled over by the configuration."""

from __future__ import annotations

import pytest
from hypothesis import given

from backends.training.gpu_machine import GpuMachine
from backends.training.throughput import choose
from tests.support import jobs
from tests.support.gpu_machines import H200, RTX_4090, T4, machine, rtx
from tests.support.jobs import job
from tuner.core.job import JobConfiguration


def chosen(asked: JobConfiguration, found: GpuMachine) -> dict[str, object]:
    """All sections of the payload that choices are laid over, flat."""
    payload = rtx(found).translate_configuration(asked, {}).payload
    flat: dict[str, object] = {}
    for section in ("model", "arguments", "throughput"):
        part = payload.get(section, {})
        assert isinstance(part, dict)
        flat |= part
    return flat


def told(asked: JobConfiguration, found: GpuMachine) -> str:
    return "\n".join(rtx(found).translate_configuration(asked, {}).changes)


def test_every_choice_is_told_with_its_reason() -> None:
    choices = choose(job(), machine(), "bfloat16")
    text = told(job(), machine())
    assert {c.name for c in choices} >= {"attention", "padding_free", "optim", "tf32", "dataloader_num_workers"}
    for choice in choices:
        assert choice.reason in text


def test_nothing_is_chosen_where_no_gpu_is_seen() -> None:
    assert choose(job(), GpuMachine(), "bfloat16") == []


@pytest.mark.parametrize(
    ("gpu", "packages", "attention"),
    [
        (H200, ("flash-attn", "flash-attn-3"), "flash_attention_3"),
        (H200, ("flash-attn",), "flash_attention_2"),
        (H200, (), "tuner_varlen"),
        (RTX_4090, ("flash-attn", "flash-attn-3"), "flash_attention_2"),
        (RTX_4090, (), "tuner_varlen"),
        (T4, ("flash-attn",), None),
    ],
)
def test_attention_is_the_fastest_that_runs(gpu: object, packages: tuple[str, ...], attention: str | None) -> None:
    found = machine(gpu, *packages)  # type: ignore[arg-type]  # a Gpu each
    assert chosen(job(), found)["attention"] == attention


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({"attention": "sdpa"}, {"attention": "sdpa", "pad_to_multiple_of": 8}),
        ({"attention": "varlen"}, {"attention": "tuner_varlen"}),
        ({"attention": "sdpa", "padding_free": True}, {"padding_free": True}),
        ({"padding_free": False}, {"attention": "tuner_varlen", "pad_to_multiple_of": 8}),
        ({"padding_free": False, "pad_to_multiple_of": 64}, {"pad_to_multiple_of": 64}),
        ({"tf32": False}, {}),
        ({"dataloader_workers": 0}, {}),
        ({"dataloader_workers": 7}, {"dataloader_num_workers": 7}),
        ({"group_by_length": True}, {"train_sampling_strategy": "group_by_length"}),
        ({"torch_compile": True}, {"torch_compile": True}),
        ({"liger": True}, {"use_liger_kernel": True}),
    ],
)
def test_the_configuration_rules_over_every_choice(metadata: dict[str, object], found: dict[str, object]) -> None:
    made = chosen(job(metadata=metadata), machine())
    assert found.items() <= made.items()
    if metadata.get("tf32") is False:
        assert "tf32" not in made
    if metadata.get("dataloader_workers") == 0:
        assert "dataloader_num_workers" not in made
    if metadata.get("padding_free") is False:
        assert "padding_free" not in made


def test_packing_is_the_users_choice_and_said_to_be_slow_without_flash_attention() -> None:
    packed = {"enabled": ["sequence_packing"]}
    assert "packing" not in {c.name for c in choose(job(), machine(), "bfloat16")}
    assert "by its own boundaries" in told(job(optimizations=packed), machine())
    assert "correct but slow" in told(job(optimizations=packed), machine(T4))


def test_liger_runs_where_it_is_installed() -> None:
    assert chosen(job(), machine(H200, "liger-kernel"))["use_liger_kernel"] is True
    assert "use_liger_kernel" not in chosen(job(), machine())
    assert "use_liger_kernel" not in chosen(job(metadata={"liger": False}), machine(H200, "liger-kernel"))


def test_where_two_settings_speak_of_ligers_kernels_the_narrower_one_rules_and_it_is_said() -> None:
    fused = {"enabled": ["fused_kernels"]}
    assert chosen(job(optimizations=fused), machine(H200, "liger-kernel"))["use_liger_kernel"] is True
    refused = job(optimizations=fused, metadata={"liger": False})
    assert chosen(refused, machine(H200, "liger-kernel"))["use_liger_kernel"] is False
    assert "metadata.liger says so" in told(refused, machine(H200, "liger-kernel"))
    both = machine(H200, "liger-kernel", "unsloth")
    assert chosen(job(optimizations=fused), both)["use_liger_kernel"] is False
    assert "Liger's would undo them" in told(job(optimizations=fused), both)


def test_other_optimizers_keep_their_own_kernels() -> None:
    assert chosen(job(), machine())["optim"] == "adamw_torch_fused"
    small = job(optimizations={"enabled": ["optimizer_8bit"]})
    assert chosen(small, machine(H200, "bitsandbytes"))["optim"] == "adamw_8bit"


@pytest.mark.parametrize(
    ("gpu", "sections", "weights", "computes"),
    [
        (H200, {}, "bfloat16", "bf16"),
        (T4, {}, "float16", "fp16"),
        (T4, {"method": {"type": "qlora"}}, "float16", "fp16"),
        (T4, {"method": {"type": "full"}}, "float32", "fp16"),
        (H200, {"method": {"type": "full"}}, "bfloat16", "bf16"),
        (H200, {"method": {"type": "full"}, "metadata": {"master_weights": True}}, "float32", "bf16"),
        (H200, {"method": {"type": "full"}, "model": {"precision": "fp16"}}, "float32", "fp16"),
    ],
)
def test_precision_is_what_the_gpu_has(gpu: object, sections: dict[str, object], weights: str, computes: str) -> None:
    made = chosen(job(**sections), machine(gpu, "bitsandbytes"))  # type: ignore[arg-type]  # a Gpu each
    assert (made["dtype"], made[computes]) == (weights, True)
    assert made["fp16" if computes == "bf16" else "bf16"] is False


def test_weights_in_bf16_are_said_to_lose_small_steps() -> None:
    full = {"method": {"type": "full"}}
    assert "rounded away" in told(job(**full), machine())
    assert "rounded away" not in told(job(**full, metadata={"master_weights": True}), machine())


def test_unsloth_trains_what_it_can_where_it_is_installed() -> None:
    found = machine(H200, "unsloth", "bitsandbytes")
    for sections in ({}, {"method": {"type": "qlora"}}, {"method": {"type": "full"}}, {"objective": "dpo"}):
        made = chosen(job(**sections), found)
        assert (made["loader"], made["attention"]) == ("unsloth", None)
        assert "padding_free" not in made


@pytest.mark.parametrize(
    ("sections", "why"),
    [
        ({"metadata": {"unsloth": False}}, "metadata.unsloth"),
        ({"metadata": {"liger": True}}, "metadata.liger"),
        ({"metadata": {"padding_free": True}}, "metadata.padding_free"),
        ({"method": {"lora": {"variant": "dora"}}}, "DoRA"),
        ({"model": {"parent": "/a"}}, "adapter"),
        ({"model": {"precision": "fp32"}}, "bf16 or fp16"),
        ({"hardware": {"num_gpus": 2}}, "accelerate"),
        ({"metadata": {"attention": "sdpa"}}, "another attention"),
    ],
)
def test_what_unsloth_cannot_do_is_trained_without_and_said(sections: dict[str, object], why: str) -> None:
    asked = job(**sections)
    assert "loader" not in chosen(asked, machine(H200, "unsloth", count=2))
    assert "not through Unsloth" in told(asked, machine(H200, "unsloth", count=2))
    assert why in told(asked, machine(H200, "unsloth", count=2))


@given(configuration=jobs.jobs(), facts=jobs.facts)
def test_any_valid_job_is_translated_for_gpus(configuration: JobConfiguration, facts: dict[str, int]) -> None:
    for found in (machine(H200, "unsloth", "bitsandbytes", count=2), machine(T4)):
        backend = rtx(found)
        backend.validate_configuration(configuration)
        translation = backend.translate_configuration(configuration, facts)
        assert all(line.strip() for line in translation.changes)
