"""Round numbers for axes: linear, logarithmic, and of time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HUGE = 1e300
"""Values beyond are drawn as this: the difference of two larger ones is infinite."""
TINY = 1e-300
"""The smallest number on a logarithmic axis."""


@dataclass(frozen=True)
class Axis:
    """A range of values and its ticks; ``digits`` after the point tell neighbouring ticks apart."""

    low: float
    high: float
    ticks: tuple[float, ...]
    digits: int
    log: bool = False

    def share(self, value: float) -> float:
        """Where a value stands: 0 at the low end, 1 at the high one, beyond them outside. On a logarithmic axis only
        values above 0 have a place."""
        value = max(-HUGE, min(HUGE, value))
        if self.log:
            low = math.log10(self.low)
            return (math.log10(max(TINY, value)) - low) / (math.log10(self.high) - low)
        return (value - self.low) / (self.high - self.low)

    def label(self, value: float, *, percent: bool = False) -> str:
        if percent:
            return f"{value:.0%}" if abs(value) >= 0.01 or not value else f"{value * 100:.2g}%"
        if not value:
            return "0" if self.log or self._exponents else f"{0:.{self.digits}f}"
        if self._exponents:
            return (
                f"{value:.{self._significant}g}" if 1 <= abs(value) < 10 else _with_exponent(value, self._significant)
            )
        return f"{value:g}" if self.log else f"{value:.{self.digits}f}"

    @property
    def _exponents(self) -> bool:
        """Whether numbers are written as 5e-5: all of an axis in one form, that they can be compared at a glance."""
        sizes = [abs(t) for t in self.ticks if t]
        if self.log:
            return bool(sizes) and (min(sizes) < 1e-4 or max(sizes) >= 1e5)
        return bool(sizes) and (max(sizes) < 1e-3 or max(sizes) >= 1e5)

    @property
    def _significant(self) -> int:
        """Digits that tell neighbouring ticks apart."""
        top, step = max(abs(t) for t in self.ticks), self.ticks[1] - self.ticks[0]
        needed = math.floor(math.log10(top)) - math.floor(math.log10(step) + 1e-9) + 2
        return 1 if self.log else max(2, min(6, needed))


def _with_exponent(value: float, significant: int) -> str:
    digits, _, exponent = f"{value:.{significant - 1}e}".partition("e")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"{digits}e{int(exponent)}"


def axis(low: float, high: float, most: int) -> Axis:
    """An axis that holds low to high with at most ``most`` ticks (or three), steady between round numbers."""
    low, high = max(-HUGE, min(HUGE, low)), max(-HUGE, min(HUGE, high))
    if high - low <= max(abs(low), abs(high)) * 1e-9 or high - low < 1e-290:
        pad = max(abs(high) * 0.1, 1e-280) if high else 1.0
        low, high = low - pad, high + pad
    step = nice((high - low) / max(1, most))
    near, far, ticks = _spanned(low, high, step)
    while len(ticks) > max(3, most):
        step = nice(step * 1.01)
        near, far, ticks = _spanned(low, high, step)
    if len(ticks) < 2:
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        ticks = tuple(i * step for i in range(first, max(last, first + 1) + 1))
        near, far = ticks[0], ticks[-1]
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    if round(step, digits) != step and not math.isclose(round(step, digits), step):
        digits += 1  # 0.25 needs two
    return Axis(near, far, ticks, min(digits, 6))  # smaller numbers are written with an exponent


def _spanned(low: float, high: float, step: float) -> tuple[float, float, tuple[float, ...]]:
    """Ends at quarters of a step, and the ticks within: ends at ticks would take much of a low chart's room."""
    near, far = _quarters(low, step, math.floor), _quarters(high, step, math.ceil)
    first, last = math.ceil(near / step - 1e-6), math.floor(far / step + 1e-6)
    return near, far, tuple(i * step for i in range(first, last + 1))


def _quarters(value: float, step: float, to_whole: Callable[[float], int]) -> float:
    slack = 1e-9 if to_whole is math.floor else -1e-9
    return to_whole(value / step * 4 + slack) * step / 4


def log_axis(low: float, high: float, most: int) -> Axis:
    """A logarithmic axis over values above 0: ends on 1, 2 or 5 times a power of ten, ticks on powers where many."""
    low, high = (max(TINY, min(HUGE, v)) for v in (low, high))
    first, last = _below(low), _above(max(low, high))
    if first >= last:
        last += 1
    ticks = [_mark(i) for i in range(first, last + 1)]
    if len(ticks) > most:
        powers = [_mark(i) for i in range(first, last + 1) if i % 3 == 0]
        stride = max(1, math.ceil(len(powers) / max(1, most)))
        ticks = powers[::stride] if len(powers) >= 2 else [ticks[0], ticks[-1]]
    return Axis(_mark(first), _mark(last), tuple(ticks), 0, log=True)


def _mark(index: int) -> float:
    """1, 2, 5, 10, 20, 50, … for 0, 1, 2, 3, 4, 5, …"""
    return float(f"{(1, 2, 5)[index % 3]}e{index // 3}")


def _below(value: float) -> int:
    index = math.floor(math.log10(value)) * 3
    while _mark(index + 1) <= value * (1 + 1e-9):
        index += 1
    while _mark(index) > value * (1 + 1e-9):
        index -= 1
    return index


def _above(value: float) -> int:
    index = _below(value)
    return index if _mark(index) >= value * (1 - 1e-9) else index + 1


def round_ticks(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Round numbers within low to high, at most about ``most``; ``whole`` ones only where asked."""
    if high <= low:
        return [low]
    step = nice((high - low) / max(1, most))
    if whole:
        step = max(1.0, float(round(step)))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)] if last - first <= 4 * most + 4 else []


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Powers of ten within low to high (both above 0), or 1, 2 and 5 times them where those are few."""
    low, high = (max(TINY, min(HUGE, v)) for v in (low, high))
    if high / low < 3:
        return [t for t in round_ticks(low, high, most) if t > 0]
    marks = [i for i in range(_below(low), _above(high) + 1) if low <= _mark(i) <= high]
    if len(marks) > most:
        powers = [i for i in marks if i % 3 == 0]
        marks = (powers or marks)[:: max(1, math.ceil(len(powers or marks) / max(1, most)))]
    return [_mark(i) for i in marks]


_SPANS: Sequence[float] = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
)  # fmt: skip


def time_step(seconds: float) -> float:
    """A round span of time no shorter than that: of seconds, minutes, hours, days."""
    if seconds <= 1:
        return nice(max(seconds, 1e-9))
    return next((s for s in _SPANS if s >= seconds), None) or nice(seconds / 86400) * 86400


def nice(rough: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1.0, 2.0, 2.5, 5.0):
        if rough <= factor * power * (1 + 1e-9):
            return factor * power
    return 10.0 * power
