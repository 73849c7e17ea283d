"""Cross-entropy over the learned tokens, as mlx-lm's loops call it."""

from __future__ import annotations

from typing import Any


def training_loss(model: Any, tokens: Any, mask: Any, real: Any, share: Any) -> tuple[Any, Any]:
    """A micro-batch's part of its step's loss, and its real tokens (mlx-lm counts speed with them)."""
    total, _ = _summed(model, tokens, mask)
    return total * share, real


def validation_loss(model: Any, tokens: Any, mask: Any) -> tuple[Any, Any]:
    """The mean over the learned tokens of a batch, and how many these are (mlx-lm weighs batches by it)."""
    import mlx.core as mx

    total, learned = _summed(model, tokens, mask)
    return total / mx.maximum(learned, 1), learned


def _summed(model: Any, tokens: Any, mask: Any) -> tuple[Any, Any]:
    import mlx.core as mx
    import mlx.nn as nn

    learned = mask[:, 1:]
    each = nn.losses.cross_entropy(model(tokens[:, :-1]), tokens[:, 1:])
    return (each.astype(mx.float32) * learned).sum(), learned.sum()
