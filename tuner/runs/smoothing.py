"""Smoothing of a metric: the exponential moving average that TensorBoard and Weights & Biases draw."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tuner.runs.growing import Growing, floats

_LONG = 4096
"""Values from which numpy is worth its import."""


class Smoother:
    """A debiased exponential moving average, fed a value at a time or many.

    For finite values y₁, y₂, … and a weight w: sₖ = w·sₖ₋₁ + (1 − w)·yₖ from s₀ = 0, and what is shown is
    sₖ ÷ (1 − wᵏ), so that the first values are not drawn towards zero. This is TensorBoard's formula
    (tf-scalar-dashboard, ``resmoothDataset``) and, with one weight a value, that of Weights & Biases. A NaN or an
    infinity stays where it is as a gap, and the average goes on behind it as if it had not been there.

    Args:
        weight: 0 (nothing is smoothed) up to but not including 1.

    Raises:
        ValueError: the weight is outside.
    """

    def __init__(self, weight: float) -> None:
        if not 0 <= weight < 1:
            raise ValueError(f"the smoothing weight has to be from 0 up to below 1, not {weight}")
        self.weight = weight
        self._sum, self._count = 0.0, 0
        self._before = (0.0, 0)
        self.values = Growing(floats)
        """The smoothed values so far."""

    def extend(self, y: Sequence[float]) -> None:
        """Smooth what comes next."""
        if len(y) >= _LONG:
            from tuner.runs.smoothing_scan import smooth_long

            made, self._sum, self._count = smooth_long(y[:-1], self.weight, self._sum, self._count)
            self.values.extend(made)
            y = y[-1:]  # one by one, so that it can be completed
        for value in y:
            self._before = (self._sum, self._count)
            self.values.append(self._next(value))

    def redo_last(self, value: float) -> None:
        """The last value was completed: it is this now."""
        self._sum, self._count = self._before
        self.values.set_last(self._next(value))

    def _next(self, value: float) -> float:
        if not self.weight or not math.isfinite(value):
            return value
        self._sum = self.weight * self._sum + (1 - self.weight) * value
        self._count += 1
        return self._sum / -math.expm1(self._count * math.log(self.weight))


def smooth(y: Sequence[float], weight: float) -> Sequence[float]:
    """``y`` smoothed, of the same length; see Smoother for the formula.

    Raises:
        ValueError: the weight is below 0, or 1 or more.
    """
    smoother = Smoother(weight)
    if not weight:
        return y
    smoother.values.reserve(len(y))
    smoother.extend(y)
    return smoother.values.shown()
