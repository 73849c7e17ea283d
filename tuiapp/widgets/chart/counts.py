"""What is odd about a series, counted; a growing one costs only what is new."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tuner.runs.series import Series

LONG = 2000
"""Values from which loading numpy pays."""


@dataclass
class Counts:
    """Of one series: NaN, infinite values, values not above 0, x not above 0."""

    nan: int = 0
    infinite: int = 0
    not_positive: int = 0
    x_not_positive: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.nan + other.nan,
            self.infinite + other.infinite,
            self.not_positive + other.not_positive,
            self.x_not_positive + other.x_not_positive,
        )


def count(x: Sequence[float], y: Sequence[float]) -> Counts:
    """Count; infinite values are not counted among those not above 0."""
    if len(y) >= LONG:
        import numpy as np

        xs, ys = np.asarray(x), np.asarray(y)
        finite = np.isfinite(ys)
        nan = int(np.isnan(ys).sum())
        low = int((finite & (ys <= 0)).sum())
        return Counts(nan, len(ys) - int(finite.sum()) - nan, low, int((xs <= 0).sum()))
    made = Counts(x_not_positive=sum(1 for v in x if v <= 0))
    for value in y:
        if value != value:
            made.nan += 1
        elif math.isinf(value):
            made.infinite += 1
        elif value <= 0:
            made.not_positive += 1
    return made


class CountStore:
    """Counts by a plot's key. The last value is counted each time: it may be completed yet."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, int, Counts]] = {}

    def of(self, key: str, series: Series) -> Counts:
        """The counts of a series."""
        settled = max(0, len(series) - 1)
        version, done, counts = self._kept.get(key, (series.version, 0, Counts()))
        if version != series.version or done > settled:
            done, counts = 0, Counts()
        counts += count(series.x[done:settled], series.y[done:settled])
        self._kept[key] = (series.version, settled, counts)
        return counts + count(series.x[settled:], series.y[settled:])

    def clear(self) -> None:
        self._kept.clear()


def percentiles(values: Sequence[float], low: float, high: float) -> tuple[float, float] | None:
    """Two percentiles (shares 0 to 1) of the finite values, by nearest rank; None where there are none."""
    if len(values) >= LONG:
        import numpy as np

        ys = np.asarray(values)
        ys = ys[np.isfinite(ys)]
        if not len(ys):
            return None
        first, last = int(low * (len(ys) - 1)), math.ceil(high * (len(ys) - 1))
        parted = np.partition(ys, (first, last))
        return float(parted[first]), float(parted[last])
    ordered = sorted(v for v in values if math.isfinite(v))
    if not ordered:
        return None
    return ordered[int(low * (len(ordered) - 1))], ordered[math.ceil(high * (len(ordered) - 1))]


def outside(values: Sequence[float], low: float, high: float) -> int:
    """How many finite values lie outside a range."""
    if len(values) >= LONG:
        import numpy as np

        ys = np.asarray(values)
        return int((np.isfinite(ys) & ((ys < low) | (ys > high))).sum())
    return sum(1 for v in values if math.isfinite(v) and not low <= v <= high)


def extremes(values: Sequence[float], *, positive: bool) -> tuple[float, float] | None:
    """The lowest and the highest finite value, of those above 0 where asked; None where there is none."""
    if len(values) >= LONG:
        import numpy as np

        ys = np.asarray(values)
        ys = ys[np.isfinite(ys) & (ys > 0)] if positive else ys[np.isfinite(ys)]
        return (float(ys.min()), float(ys.max())) if len(ys) else None
    kept = [v for v in values if math.isfinite(v) and (v > 0 or not positive)]
    return (min(kept), max(kept)) if kept else None
