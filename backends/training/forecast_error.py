"""How far a memory estimate may be off, each part by what measurements showed of it (benchmarks/memory_estimate.py)."""

from __future__ import annotations

from backends.training.memory_parts import Memory

_SURE = 0.03
"""Weights, adapters, gradients and optimizer are counted, not guessed."""
_BY_DEVICE = {
    "cpu": (0.10, 0.15, 0.35),
    "cuda": (0.25, 0.35, 0.5),
    "mps": (0.40, 0.60, 0.5),
}
"""Of activations and logits, below and above, and of what is beside the tensors. Measured on the processor; a GPU's
kernels keep other things between, and mlx plans its memory itself."""


def memory_error(memory: Memory, device: str) -> tuple[float, float]:
    """The share of the total that it may be below and above."""
    below, above, beside = _BY_DEVICE.get(device, _BY_DEVICE["cuda"])
    moving = memory.activations + memory.logits
    sure = memory.weights + memory.adapter + memory.gradients + memory.optimizer
    total = max(1, moving + sure + memory.overhead)
    fixed = sure * _SURE + memory.overhead * beside
    return min(0.6, (fixed + moving * below) / total), (fixed + moving * above) / total
