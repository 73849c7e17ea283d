"""The settings that make a run fast on this machine: each with its reason, each ruled over by the configuration.

None of them changes what is learned beyond the rounding of sums, except where its line says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from backends.training.attention import Attention, choose_attention
from backends.training.gpu_machine import AMPERE, GpuMachine
from backends.training.unsloth import unsloth_declined
from tuner.core.enums import MethodType, Objective, Optimization, OptimizerType, Precision
from tuner.core.job import JobConfiguration

Values = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Choice:
    """One setting and why ("": part of the one before). ``where``: the payload's section."""

    where: str
    name: str
    value: JsonValue
    reason: str


def choose(job: JobConfiguration, machine: GpuMachine, dtype: str) -> list[Choice]:
    """All settings for the job on this machine, in the order they are told; [] where no GPU is seen."""
    if not machine.gpus:
        return []
    return list(_choices(job, machine, dtype))


def _choices(job: JobConfiguration, machine: GpuMachine, dtype: str) -> Iterator[Choice]:
    by_unsloth = not unsloth_declined(job, machine)
    if by_unsloth:
        yield Choice(
            "model",
            "loader",
            "unsloth",
            "it is installed: the model runs through Unsloth's own kernels (metadata.unsloth: false for plain TRL)",
        )
        if Optimization.FUSED_KERNELS in job.optimizations.enabled:
            yield Choice("arguments", "use_liger_kernel", False, "Unsloth's kernels are fused; Liger's would undo them")
    else:
        attention = choose_attention(job, machine, dtype)
        yield Choice("model", "attention", attention.name, attention.reason)
        yield from _padding(job, attention)
        yield from _liger(job, machine)
    yield from _optimizer(job)
    yield from _tf32(job, machine)
    yield from _loading(job, machine)
    yield from _asked(job)
    if job.hardware.num_gpus > 1:
        yield Choice(
            "arguments",
            "ddp_find_unused_parameters",
            False,
            "every weight that is trained takes part in each step, so the search for unused ones is left out",
        )


def _padding(job: JobConfiguration, attention: Attention) -> Iterator[Choice]:
    """Padding-free keeps each batch's examples and its loss; packing, which the job asks for, changes them."""
    packed = Optimization.SEQUENCE_PACKING in job.optimizations.enabled and job.objective is Objective.SFT
    given = job.metadata.get("padding_free")
    if packed:
        reason = (
            "each stays apart by its own boundaries"
            if attention.keeps_apart
            else "kept apart by a mask, correct but slow: FlashAttention or a newer GPU would do without"
        )
        yield Choice("arguments", "packing_strategy", "bfd", f"several examples share a row of a batch; {reason}")
        return
    free = attention.keeps_apart if given is None else bool(given)
    if free and job.objective is Objective.SFT and job.schedule.batch_size > 1:
        why = "metadata.padding_free says so" if given is not None else "the attention keeps them apart"
        yield Choice(
            "throughput",
            "padding_free",
            True,
            f"a batch's examples are laid end to end, nothing is computed for padding; {why}",
        )
        return
    multiple = job.metadata.get("pad_to_multiple_of", 8)
    if isinstance(multiple, int) and multiple > 1 and job.schedule.batch_size > 1:
        yield Choice(
            "arguments", "pad_to_multiple_of", multiple, "padded rows have a length that tensor cores like; no loss"
        )


def _liger(job: JobConfiguration, machine: GpuMachine) -> Iterator[Choice]:
    given = job.metadata.get("liger")
    enabled = Optimization.FUSED_KERNELS in job.optimizations.enabled
    asked = enabled or given is True
    if given is False and enabled:
        yield Choice("arguments", "use_liger_kernel", False, "metadata.liger says so, over fused_kernels")
    if given is False or (not asked and not machine.has("liger-kernel")):
        return
    yield Choice(
        "arguments",
        "use_liger_kernel",
        True,
        "norms, rotations and activations run in Liger's fused kernels (the loss is fused by TRL itself)"
        + ("" if asked else "; they are installed (metadata.liger: false keeps PyTorch's)"),
    )


def _optimizer(job: JobConfiguration) -> Iterator[Choice]:
    small = {Optimization.OPTIMIZER_8BIT, Optimization.PAGED_OPTIMIZER} & set(job.optimizations.enabled)
    if job.optimizer.type is OptimizerType.ADAMW and not small:
        yield Choice("arguments", "optim", "adamw_torch_fused", "all weights are updated by one kernel")


def _tf32(job: JobConfiguration, machine: GpuMachine) -> Iterator[Choice]:
    given = job.metadata.get("tf32")
    wanted = machine.at_least(AMPERE) and job.model.precision is not Precision.FP32 if given is None else bool(given)
    if wanted:
        yield Choice(
            "arguments",
            "tf32",
            True,
            "matrices that are still in fp32 are multiplied with 10 bits after the point (metadata.tf32: false)",
        )


def _loading(job: JobConfiguration, machine: GpuMachine) -> Iterator[Choice]:
    given = job.metadata.get("dataloader_workers")
    workers = given if isinstance(given, int) else 2 if machine.cores >= 4 * job.hardware.num_gpus else 0
    if workers:
        reason = f"{workers} processes make the next batches while the GPU computes; their order stays the same"
        yield Choice("arguments", "dataloader_num_workers", workers, reason)
        yield Choice("arguments", "dataloader_persistent_workers", True, "")
        yield Choice("arguments", "dataloader_prefetch_factor", 4, "")


def _asked(job: JobConfiguration) -> Iterator[Choice]:
    """What is never chosen by itself, because it changes the order of the data or takes minutes to begin."""
    if job.metadata.get("group_by_length") and job.objective is not Objective.KTO:
        yield Choice(
            "arguments",
            "train_sampling_strategy",
            "group_by_length",
            "asked for: examples of like length share a batch, which changes their order",
        )
    if job.metadata.get("torch_compile"):
        yield Choice("arguments", "torch_compile", True, "asked for: the first steps take minutes")


def lines_of(job: JobConfiguration, choices: list[Choice], dtype: str) -> list[str]:
    """The choices as sentences for Translation.changes."""
    told = [f"{c.name} = {_shown(c.value)}: {c.reason}" for c in choices if c.reason]
    if job.method.type is MethodType.FULL and dtype == "bfloat16" and not job.metadata.get("master_weights"):
        told.append(
            "weights are trained in bf16 itself, at half the memory: steps under about 0.4 % of a weight are rounded "
            "away (metadata.master_weights: true keeps them in fp32 and computes in bf16)"
        )
    return told


def _shown(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "the model's own" if value is None else str(value)
