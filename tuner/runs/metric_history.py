"""Metric rows merged by step, as the screen, the command line and the ranking read them."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Iterator, Mapping

from tuner.runs.metric_lines import MetricRow

BOOKKEEPING = frozenset({"timestamp", "elapsed_seconds", "interval_time"})
"""Columns that say when a row was written, not how training goes."""


class MetricHistory:
    """One merged row per step, in order of steps.

    Rows of the same step are merged key by key; a value is never overwritten by its absence. A row whose step lies
    before the last one begins a later attempt, which wins: the earlier attempt's rows from there on are forgotten.
    """

    def __init__(self) -> None:
        self._steps: list[int] = []
        self._rows: dict[int, dict[str, float]] = {}
        self._columns: dict[str, None] = {}

    def add(self, row: MetricRow) -> None:
        if self._steps and row.step < self._steps[-1]:
            cut = bisect.bisect_left(self._steps, row.step)
            for step in self._steps[cut:]:
                del self._rows[step]
            del self._steps[cut:]
        if not self._steps or row.step > self._steps[-1]:
            self._steps.append(row.step)
            self._rows[row.step] = {}
        self._rows[row.step].update(row.values)
        self._columns.update(dict.fromkeys(row.values))

    def extend(self, rows: Iterable[MetricRow]) -> None:
        for row in rows:
            self.add(row)

    def fill(self, row: MetricRow) -> None:
        """Add what a row knows that is not there yet, where its step is not beyond the last one."""
        if not self._steps or row.step > self._steps[-1]:
            return
        if row.step not in self._rows:
            bisect.insort(self._steps, row.step)
            self._rows[row.step] = {}
        self._rows[row.step] = {**row.values, **self._rows[row.step]}
        self._columns.update(dict.fromkeys(row.values))

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def steps(self) -> list[int]:
        return self._steps

    @property
    def columns(self) -> list[str]:
        """The names of all columns, in order of first appearance."""
        return list(self._columns)

    def row(self, step: int) -> Mapping[str, float]:
        """The merged row of a step; empty where there is none."""
        return self._rows.get(step, {})

    def series(self, column: str) -> tuple[list[int], list[float]]:
        """The steps at which a column has a value, and the values (NaN included)."""
        steps = [s for s in self._steps if column in self._rows[s]]
        return steps, [self._rows[s][column] for s in steps]

    def latest(self) -> dict[str, float]:
        """The newest value of each column that says how training goes."""
        newest: dict[str, float] = {}
        for step in self._steps:
            newest.update(self._rows[step])
        return {k: v for k, v in newest.items() if k not in BOOKKEEPING}

    def between(self, after: int, until: int) -> Iterator[Mapping[str, float]]:
        """The rows with after < step <= until."""
        start = bisect.bisect_right(self._steps, after)
        stop = bisect.bisect_right(self._steps, until)
        return (self._rows[s] for s in self._steps[start:stop])

    def at_or_before(self, step: int) -> dict[str, float]:
        """Every metric of the step itself; where it has no row, the training metrics of the last one before it.

        An evaluation belongs to the weights of its own step and is never lent to another one.
        """
        if step in self._rows:
            return self._metrics(step)
        index = bisect.bisect_right(self._steps, step)
        if not index:
            return {}
        return {k: v for k, v in self._metrics(self._steps[index - 1]).items() if not k.startswith("eval_")}

    def _metrics(self, step: int) -> dict[str, float]:
        return {k: v for k, v in self._rows[step].items() if k not in BOOKKEEPING}


def finite_or_none(value: float) -> float | None:
    """JSON has no NaN and no infinity: null stands for them."""
    return value if math.isfinite(value) else None
