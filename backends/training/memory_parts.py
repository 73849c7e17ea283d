"""The memory of a training, part by part, and what of it is held at once."""

from __future__ import annotations

from dataclasses import dataclass

from backends.training.activations import Pass, checkpointed_layer, kept_by_layer, passing
from backends.training.memory_counts import (
    adapted_names,
    adapter_parameters,
    has_reference,
    shares_of,
    state_bytes,
    weight_bytes,
)
from tuner.core.enums import MethodType, Objective, Optimization
from tuner.core.job import JobConfiguration
from tuner.data.model_facts import BYTES, ModelFacts

_TILE_TOKENS, _TILE_WORDS = 4096, 32768
"""TRL 1.15 and later project so many tokens onto so many words of the vocabulary at a time."""
_CPU_TILES = 7
"""Copies of a tile in fp32 that its loss makes without Triton."""


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
    """What training takes on each ``device`` ("cpu", "cuda" or "mps"), where the longest row has ``row`` tokens."""
    element = BYTES.get(dtype, 4)
    full = job.method.type is MethodType.FULL
    master = full and device == "cuda" and job.metadata.get("master_weights") is True
    quantized = job.method.type is MethodType.QLORA or model.quantized_bits is not None
    # PEFT keeps the adapters of bf16 models in fp32, TRL those of quantized ones in bf16.
    trained_element = max(element, 4) if master or not (full or quantized) else element
    adapted = frozenset[str]() if full else adapted_names(job, model)
    adapter = 0 if full else adapter_parameters(job, model, adapted)
    trained = model.parameters if full else adapter
    shares = shares_of(job)
    weights = weight_bytes(job, model, trained_element if full else element) // shares.weights
    if has_reference(job):
        weights *= 2
    gradients = trained * trained_element // shares.training
    optimizer = round(trained * state_bytes(job, trained_element)) // shares.training
    overhead = _overhead(job, model, device, weights) + (gradients if shares.buckets else 0)
    batch = _batch(job, model, element, trained_element, device, row, adapted)
    stepping = gradients * 2 if device == "cuda" else gradients  # its optimizer works on all tensors at once
    summed = gradients if job.schedule.gradient_accumulation > 1 else 0
    held = max(batch.kept + batch.moment + summed, gradients + batch.first, stepping)
    fixed = weights + adapter * trained_element + optimizer + overhead
    return Memory(
        weights,
        adapter * trained_element,
        gradients,
        optimizer,
        round(batch.kept + batch.again),
        round(batch.logits),
        overhead,
        round(fixed + held),
    )


@dataclass(frozen=True, slots=True)
class _Batch:
    """Bytes of one batch: kept till the backward pass, computed ``again`` under checkpointing, of the output head, the
    most beside what is kept (``moment``), and while the first layer's gradients are made, when all others are there."""

    kept: float
    again: float
    logits: float
    moment: float
    first: float


def _batch(
    job: JobConfiguration,
    model: ModelFacts,
    element: int,
    trained_element: int,
    device: str,
    row: int,
    adapted: frozenset[str],
) -> _Batch:
    full = job.method.type is MethodType.FULL
    enabled = set(job.optimizations.enabled)
    tokens = row * job.schedule.batch_size * (2 if job.objective is Objective.DPO else 1)
    how = Pass(
        element=element,
        full=full,
        adapted=adapted,
        copy=0 if full or element >= trained_element else (element if device == "cuda" else trained_element),
        dropout=job.method.lora.dropout > 0,
        rank=job.method.lora.rank,
        attended=row if _keeps_scores(job, model, device) else 0,
        fused=device == "cuda" and (Optimization.FUSED_KERNELS in enabled or job.metadata.get("liger") is True),
    )
    layer = kept_by_layer(model, how)
    checkpointing = Optimization.GRADIENT_CHECKPOINTING in enabled
    kept = tokens * model.layers * (checkpointed_layer(model, how) if checkpointing else layer)
    if Optimization.ACTIVATION_OFFLOADING in enabled and device == "cuda":
        kept *= 0.1
    kept += tokens * model.hidden_size * 4 * max(element, 4)  # embedding, last norm, and what the head reads
    again = tokens * layer if checkpointing else 0.0
    logits = _logits(job, model, tokens, element, device, full=full)
    backward = tokens * passing(model, how)
    return _Batch(kept, again, logits, max(logits, again + backward), tokens * layer + backward)


def _keeps_scores(job: JobConfiguration, model: ModelFacts, device: str) -> bool:
    """Whether attention keeps its scores: asked for, capped (Gemma 2), or with dropout where no kernel has it."""
    return (
        job.metadata.get("attention") == "eager"
        or model.architecture == "gemma2"
        or (model.architecture == "gpt2" and device == "cpu")
    )


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


def _overhead(job: JobConfiguration, model: ModelFacts, device: str, weights: int) -> int:
    """The process and its libraries; on a GPU the context, its libraries' workspaces and what lies unused between."""
    if device == "cuda":
        widest = max((o.weights for o in model.linear_layers), default=0)
        unpacked = widest * 2 if job.method.type is MethodType.QLORA else 0
        return 700_000_000 + unpacked + weights // 50
    return 650_000_000 + weights // 20
