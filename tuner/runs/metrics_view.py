"""A run's metrics at one moment, safe to use on the screen's thread while the reader goes on."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tuner.runs.metric_history import BOOKKEEPING, MetricHistory
from tuner.runs.metric_table import MetricTable
from tuner.runs.series import Series, XAxis

_LOOK_BACK = 8
"""Rows at the end among which the newest time is looked for."""


class MetricsView:
    """Made in no time: it holds the reader's memory as far as it was filled, and copies nothing.

    Args:
        training: the run's metric rows.
        samples: what the supervisor measured of the machine, if there is any.
    """

    def __init__(self, training: MetricTable, samples: MetricTable | None = None) -> None:
        self._training, self._samples = training, samples
        self.names: Sequence[str] = list(
            dict.fromkeys(n for table in self._tables for n in table.columns if n not in BOOKKEEPING)
        )
        """Metrics in order of first appearance, the machine's last."""
        self.axes: Sequence[XAxis] = training.axes()
        self.rows = len(training.steps)
        self.last_step = int(training.steps[-1]) if self.rows else None
        self.newest_timestamp = _newest_timestamp(training)
        self.version = sum(table.version for table in self._tables)
        """Changes when anything but the last row did."""

    @classmethod
    def of(cls, history: MetricHistory, samples: MetricHistory | None = None) -> MetricsView:
        """What two histories hold now."""
        return cls(history.table(), samples.table() if samples is not None and len(samples) else None)

    def series(self, name: str, axis: XAxis = XAxis.STEP) -> Series:
        """One metric over an axis; empty where there is no such metric, or no such axis for it."""
        return self._table_of(name).series(name, axis)

    def latest(self) -> dict[str, float | None]:
        """The newest finite value of each metric; None where it never had one."""
        return {name: self._table_of(name).columns[name].newest for name in self.names}

    def at(self, step: int) -> dict[str, float]:
        """The metrics of a step, or of the last row before it."""
        found: dict[str, float] = {}
        for table in reversed(self._tables):
            found |= table.row_at(step)
        return {name: found[name] for name in self.names if name in found}

    @property
    def _tables(self) -> list[MetricTable]:
        return [self._training] if self._samples is None else [self._training, self._samples]

    def _table_of(self, name: str) -> MetricTable:
        if self._samples is not None and name in self._samples.columns and name not in self._training.columns:
            return self._samples
        return self._training


def _newest_timestamp(table: MetricTable) -> float | None:
    column = table.columns.get("timestamp")
    for row in range(len(table.steps) - 1, max(-1, len(table.steps) - 1 - _LOOK_BACK), -1):
        stamp = column.at(row) if column is not None else None
        if stamp is not None and math.isfinite(stamp):
            return stamp
    return None
