"""The parts of a training's memory that can be counted: weights, adapter, optimizer, and each GPU's share of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backends.training.multi_gpu import SPREAD, way_of
from tuner.core.enums import LoraVariant, MethodType, Objective, Optimization, OptimizerType, Precision
from tuner.core.job import JobConfiguration
from tuner.data.model_facts import ModelFacts

_NF4_BITS = 4.127
"""bitsandbytes with double quantization: 4 bits, a constant of 8 bits a block of 64, one of 32 bits 256 of these."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Into how many GPUs the weights are spread, and what is kept of their training."""

    weights: int = 1
    training: int = 1
    buckets: bool = False


def shares_of(job: JobConfiguration) -> Shares:
    """What the job's way over several GPUs spreads; ``buckets``: a copy of the gradients is kept to be sent (DDP)."""
    way, count = way_of(job), job.hardware.num_gpus
    if way in SPREAD:
        return Shares(count, count)
    if way == "deepspeed_zero2":
        return Shares(1, count)
    return Shares(buckets=way == "ddp")


def has_reference(job: JobConfiguration) -> bool:
    """Whether a second model stands beside the one that is trained (an adapter is its own: it is switched off)."""
    compares = job.objective in {Objective.DPO, Objective.KTO} and job.method.type is MethodType.FULL
    return compares and job.metadata.get("precompute_reference") is not True


def adapted_names(job: JobConfiguration, model: ModelFacts) -> frozenset[str]:
    """The linear layers that get an adapter: all, those named, or those whose path a pattern matches, as in PEFT."""
    wanted = job.method.lora.trainable_modules
    linear = model.linear_layers
    if isinstance(wanted, list):
        return frozenset(o.name for o in linear if any(f".{o.path}".endswith(f".{w}") for w in wanted))
    if wanted == "all-linear":
        return frozenset(o.name for o in linear)
    try:
        pattern = re.compile(wanted)
    except (re.error, RecursionError, OverflowError):
        return frozenset()
    return frozenset(o.name for o in linear if pattern.fullmatch(f"model.layers.0.{o.path}"))


def adapter_parameters(job: JobConfiguration, model: ModelFacts, adapted: frozenset[str]) -> int:
    """The trainable parameters of the adapter: r × (inputs + outputs) a layer, with DoRA a magnitude an output more."""
    lora = job.method.lora
    dora = lora.variant is LoraVariant.DORA
    return sum(
        o.count * (lora.rank * (o.inputs + o.outputs) + (o.outputs if dora else 0))
        for o in model.linear_layers
        if o.name in adapted
    )


def weight_bytes(job: JobConfiguration, model: ModelFacts, element: int) -> int:
    """What the base model's weights take in memory, ``element`` bytes each where they are not quantized."""
    if model.quantized_bits is not None:
        return model.weight_bytes
    if job.method.type is not MethodType.QLORA:
        return model.parameters * element
    linear = sum(o.weights * o.count for o in model.linear_layers)
    bits = 8.0 if job.model.precision is Precision.INT8 else _NF4_BITS
    return round(linear * bits / 8) + max(0, model.parameters - linear) * element


def state_bytes(job: JobConfiguration, element: int) -> float:
    """Bytes a trained parameter that the optimizer keeps."""
    enabled = set(job.optimizations.enabled)
    small = Optimization.OPTIMIZER_8BIT in enabled
    paged = Optimization.PAGED_OPTIMIZER in enabled
    kind = job.optimizer.type
    moments = {OptimizerType.ADAMW: 2, OptimizerType.LION: 1, OptimizerType.MUON: 1}.get(kind, 0)
    if kind in {OptimizerType.ADAMW, OptimizerType.LION} and (small or paged):
        return moments * (1.02 if small else 4)
    if kind is OptimizerType.LION:
        return 4
    return moments * element if moments else 0.05
