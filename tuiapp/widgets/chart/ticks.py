"""Round numbers for axes."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """A range and its ticks, both on round numbers; ``digits`` after the point tell neighbouring ticks apart."""

    low: float
    high: float
    ticks: tuple[float, ...]
    digits: int

    def label(self, value: float, *, percent: bool = False) -> str:
        if percent:
            return f"{value:.0%}"
        if value and (abs(value) >= 1e5 or abs(value) < 1e-4):
            return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
        return f"{value:.{self.digits}f}"


def axis(low: float, high: float, most: int) -> Axis:
    """An axis that holds low to high with at most ``most`` ticks (or three), steady between round numbers."""
    if high - low <= max(abs(low), abs(high)) * 1e-9 or high - low < 1e-290:
        pad = max(abs(high) * 0.1, 1e-280) if high else 1.0
        low, high = low - pad, high + pad
    step = _step((high - low) / max(1, most - 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    while last - first + 1 > max(3, most):  # a range around zero has three ticks at least
        step = _step(step * 1.01)
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    if round(step, digits) != step and not math.isclose(round(step, digits), step):
        digits += 1  # 0.25 needs two
    digits = min(digits, 6)  # smaller numbers are written with an exponent
    return Axis(first * step, last * step, tuple(i * step for i in range(first, last + 1)), digits)


def step_ticks(low: int, high: int, most: int) -> list[int]:
    """Round steps within low to high."""
    if high <= low:
        return [low]
    step = max(1, round(_step((high - low) / max(1, most))))
    return list(range(math.ceil(low / step) * step, high + 1, step))


def _step(rough: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    for nice in (1.0, 2.0, 2.5, 5.0):
        if rough <= nice * power * (1 + 1e-9):
            return nice * power
    return 10.0 * power
