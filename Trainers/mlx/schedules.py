"""The learning rate at each optimizer step, by transformers' formulas (standard library only).

Sources: transformers.optimization, get_linear_schedule_with_warmup, get_cosine_schedule_with_warmup,
get_cosine_with_min_lr_schedule_with_warmup and get_polynomial_decay_schedule_with_warmup of power 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Schedule:
    """The shape of the learning rate over a run. ``type`` is a SchedulerType's value."""

    type: str
    peak: float
    warmup_ratio: float = 0.0
    min_lr_ratio: float = 0.0
    cycles: float = 0.5

    def rates(self, total: int) -> list[float]:
        """The rate of each of ``total`` optimizer steps, and one more, which would be the next."""
        return [self.peak * self._factor(step, total) for step in range(total + 1)]

    def _factor(self, step: int, total: int) -> float:
        if self.type == "constant":
            return 1.0
        warmup = math.ceil(total * self.warmup_ratio)
        if step < warmup:
            return step / max(1, warmup)
        if self.type == "constant_with_warmup":
            return 1.0
        progress = min(1.0, (step - warmup) / max(1, total - warmup))
        if self.type == "cosine":
            wave = 0.5 * (1.0 + math.cos(math.pi * self.cycles * 2.0 * progress))
        elif self.type in {"linear", "polynomial"}:
            wave = 1.0 - progress
        else:
            raise ValueError(f"unknown schedule {self.type!r}")
        return max(0.0, wave * (1.0 - self.min_lr_ratio) + self.min_lr_ratio)


def mlx_schedule(rates: list[float]) -> Callable[[Any], Any]:
    """The rates as a schedule of mlx: it takes the optimizer's step, an array, and returns an array.

    A table, because a formula in mlx would round each part of it to float32.
    """
    import mlx.core as mx

    table = mx.array(rates, mx.float32)
    return lambda step: table[mx.minimum(step, len(rates) - 1).astype(mx.uint32)]
