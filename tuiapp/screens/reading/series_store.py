"""The metrics of one run as the charts need them: finite points and gaps, grown by what is new."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from tuner.runs.metric_history import BOOKKEEPING, MetricHistory


@dataclass
class Series:
    """One metric: steps ascending, finite values. ``gaps`` are the steps where it was NaN or infinite."""

    steps: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)

    def copy(self) -> Series:
        """A copy that the reader's thread does not change."""
        return Series(self.steps.copy(), self.values.copy(), self.gaps.copy())

    def put(self, step: int, value: float) -> None:
        """Add a point at the end; the last step may be given again."""
        if self.steps and self.steps[-1] == step:
            self.steps.pop()
            self.values.pop()
        if self.gaps and self.gaps[-1] == step:
            self.gaps.pop()
        if math.isfinite(value):
            self.steps.append(step)
            self.values.append(value)
        else:
            self.gaps.append(step)


class SeriesStore:
    """Follows a MetricHistory: each look reads only rows from the last known step on."""

    def __init__(self) -> None:
        self._series: dict[str, Series] = {}
        self._seen: tuple[MetricHistory, int, int] | None = None

    def follow(self, history: MetricHistory) -> None:
        """Take over what is new; everything anew where an attempt began before what was known."""
        start = 0
        if self._seen is not None:
            known, count, last = self._seen
            if known is history and count <= len(history.steps) and history.steps[count - 1] == last:
                start = count - 1  # the last row may have been completed since
        if start == 0:
            self._series = {}
        for step in history.steps[start:]:
            for name, value in history.row(step).items():
                if name not in BOOKKEEPING:
                    self._series.setdefault(name, Series()).put(step, value)
        self._seen = (history, len(history.steps), history.steps[-1]) if history.steps else None

    def evaluations(self) -> int:
        """How many values of evaluation are known."""
        return sum(len(s.steps) for name, s in self._series.items() if name.startswith("eval_"))

    def snapshot(self) -> Mapping[str, Series]:
        """Copies, for another thread."""
        return {name: series.copy() for name, series in self._series.items()}


def newest_timestamp(history: MetricHistory) -> float | None:
    """When the newest row was written."""
    for step in reversed(history.steps[-8:]):
        stamp = history.row(step).get("timestamp")
        if stamp is not None and math.isfinite(stamp):
            return stamp
    return None


def latest(series: Mapping[str, Series]) -> dict[str, float | None]:
    """The newest finite value of each metric."""
    return {name: found.values[-1] if found.values else None for name, found in series.items()}
