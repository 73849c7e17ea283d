"""The memory of a training, part by part, and what of it is held at once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backends.training.activations import Pass, checkpointed_layer, kept_by_layer, passing
from tuner.core.enums import LoraVariant, MethodType, Objective, Optimization, OptimizerType, Precision
from tuner.core.job import JobConfiguration
from tuner.data.model_facts import BYTES, ModelFacts

_TILE_TOKENS, _TILE_WORDS = 4096, 32768
"""TRL 1.15 and later project so many tokens onto so many words of the vocabulary at a time."""
_CPU_TILES = 7
"""Copies of a tile in fp32 that its loss makes without Triton."""
_NF4_BITS = 4.127
"""bitsandbytes with double quantization: 4 bits, a constant of 8 bits a block of 64, one of 32 bits 256 of these."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes by part. ``peak`` is the most that is held at once, which is less than their sum: the activations are gone
    before the last gradient is there."""

    weights: int
    adapter: int
    gradients: int
    optimizer: int
    activations: int
    logits: int
    overhead: int
    peak: int

    def by_part(self) -> dict[str, int]:
        """The parts by name; those of no size are left out."""
        names = ("weights", "adapter", "gradients", "optimizer", "activations", "logits", "overhead")
        return {name: size for name in names if (size := getattr(self, name))}


def memory_of(job: JobConfiguration, model: ModelFacts, dtype: str, device: str, row: int) -> Memory:
    """What training takes on ``device`` ("cpu", "cuda" or "mps"), where the longest row has ``row`` tokens."""
    element = BYTES.get(dtype, 4)
    full = job.method.type is MethodType.FULL
    adapted = frozenset() if full else adapted_names(job, model)
    adapter = 0 if full else adapter_parameters(job, model, adapted)
    quantized = job.method.type is MethodType.QLORA or model.quantized_bits is not None
    trained_element = element if full or quantized else max(element, 4)  # PEFT keeps adapters of bf16 models in fp32
    trained = model.parameters if full else adapter
    weights = _weights(job, model, element)
    if full and job.objective in {Objective.DPO, Objective.KTO}:
        weights *= 2  # the reference model
    tokens = row * job.schedule.batch_size * (2 if job.objective is Objective.DPO else 1)
    how = Pass(
        element=element,
        full=full,
        adapted=adapted,
        copy=0 if full or element >= trained_element else (element if device == "cuda" else trained_element),
        dropout=job.method.lora.dropout > 0,
        rank=job.method.lora.rank,
        attended=row if _keeps_scores(job, model, device) else 0,
    )
    enabled = set(job.optimizations.enabled)
    layer = kept_by_layer(model, how)
    checkpointing = Optimization.GRADIENT_CHECKPOINTING in enabled
    kept = tokens * model.layers * (checkpointed_layer(model, how) if checkpointing else layer)
    if Optimization.ACTIVATION_OFFLOADING in enabled and device == "cuda":
        kept *= 0.1
    kept += tokens * model.hidden_size * 4 * max(element, 4)  # embedding, last norm, and what the head reads
    again = tokens * layer if checkpointing else 0.0
    logits = _logits(job, model, tokens, element, device, full=full)
    gradients = trained * trained_element
    optimizer = round(trained * _state_bytes(job, trained_element))
    overhead = _overhead(job, model, device, weights)
    moment = max(logits, again + tokens * passing(model, how))  # the head's turn, or the last layer's
    summed = gradients if job.schedule.gradient_accumulation > 1 else 0
    stepping = gradients * 2 if device == "cuda" else gradients  # its optimizer works on all tensors at once
    held = max(kept + moment + summed, gradients + tokens * (layer + passing(model, how)), stepping)
    fixed = weights + adapter * trained_element + optimizer + overhead
    activations = round(kept + again)
    return Memory(
        weights,
        adapter * trained_element,
        gradients,
        optimizer,
        activations,
        round(logits),
        overhead,
        round(fixed + held),
    )


def _keeps_scores(job: JobConfiguration, model: ModelFacts, device: str) -> bool:
    """Whether attention keeps its scores: asked for, capped (Gemma 2), or with dropout where no kernel has it."""
    return (
        job.metadata.get("attention") == "eager"
        or model.architecture == "gemma2"
        or (model.architecture == "gpt2" and device == "cpu")
    )


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


def _weights(job: JobConfiguration, model: ModelFacts, element: int) -> int:
    if model.quantized_bits is not None:
        return model.weight_bytes
    if job.method.type is not MethodType.QLORA:
        return model.parameters * element
    linear = sum(o.weights * o.count for o in model.linear_layers)
    bits = 8.0 if job.model.precision is Precision.INT8 else _NF4_BITS
    return round(linear * bits / 8) + max(0, model.parameters - linear) * element


def _logits(job: JobConfiguration, model: ModelFacts, tokens: int, element: int, device: str, *, full: bool) -> float:
    """The output head and its loss. Tiles where TRL trains, else the whole of tokens × vocabulary."""
    vocab = model.vocab_size
    if device == "mps" or job.objective is Objective.PRETRAIN:
        copies = 0 if element == 4 else 1
        return float(tokens * vocab * (element + 4 * (2 + copies)))
    tile = min(tokens, _TILE_TOKENS)
    size = tile * _TILE_WORDS * element
    if device == "cpu":
        size += tile * min(vocab, _TILE_WORDS) * 4 * _CPU_TILES
    own = vocab * model.hidden_size * 4 if full else 0  # the head's gradient is summed in fp32
    return float(size + own + 2 * tokens * model.hidden_size * 4)


def _state_bytes(job: JobConfiguration, element: int) -> float:
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


def _overhead(job: JobConfiguration, model: ModelFacts, device: str, weights: int) -> int:
    """The process and its libraries; on a GPU the context, its libraries' workspaces and what lies unused between."""
    if device == "cuda":
        widest = max((o.weights for o in model.linear_layers), default=0)
        unpacked = widest * 2 if job.method.type is MethodType.QLORA else 0
        return 700_000_000 + unpacked + weights // 50
    return 650_000_000 + weights // 20
