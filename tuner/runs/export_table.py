"""A run's metrics as columns over its steps, as tables are exported."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuner.runs.series import XAxis

if TYPE_CHECKING:
    import numpy as np

    from tuner.runs.metrics_view import MetricsView

    Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
    Steps = np.ndarray[tuple[int], np.dtype[np.int64]]
    Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]

AXIS_COLUMN = {
    XAxis.RELATIVE: "relative_seconds",
    XAxis.WALL: "timestamp",
    XAxis.EPOCH: "epoch",
    XAxis.TOKENS: "tokens",
}
"""What an axis is called as a column: seconds since the first row, seconds since the epoch, epochs, tokens seen."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """``values[i]`` counts where ``present[i]``; a present NaN is what the run logged."""

    name: str
    values: Floats
    present: Flags


@dataclass(frozen=True, slots=True)
class ExportTable:
    """One run: a row for each of its steps, ascending, rows of the same step merged."""

    run_id: str
    steps: Steps
    columns: tuple[TableColumn, ...]

    def column(self, name: str) -> TableColumn | None:
        """The column of that name, None where this run has none."""
        return next((c for c in self.columns if c.name == name), None)


def table_of(run_id: str, view: MetricsView, names: Sequence[str], axis: XAxis = XAxis.STEP) -> ExportTable:
    """The named metrics of a run, after a column of ``axis`` where it is not the step. Memory: columns only."""
    import numpy as np

    found = {n: view.series(n) for n in names if n in view.names}
    parts = [np.asarray(s.x, dtype=np.float64) for s in found.values()]
    steps = np.unique(np.concatenate(parts)) if parts else np.empty(0, dtype=np.float64)
    columns: list[TableColumn] = []
    if axis is not XAxis.STEP:
        columns.append(_axis_column(view, list(found), steps, axis))
    columns += [_column(n, s.x, s.y, steps) for n, s in found.items() if n != AXIS_COLUMN.get(axis)]
    return ExportTable(run_id, steps.astype(np.int64), tuple(columns))


def column_names(names: Sequence[str], axis: XAxis = XAxis.STEP) -> list[str]:
    """The names of a table's columns after the step."""
    if axis is XAxis.STEP:
        return list(names)
    return [AXIS_COLUMN[axis], *(n for n in names if n != AXIS_COLUMN[axis])]


def run_column(names: Sequence[str]) -> str:
    """What the column of run ids is called."""
    return "run" if "run" not in names else "run_id"


def chosen(views: Sequence[MetricsView], pattern: re.Pattern[str] | None) -> list[str]:
    """The metrics of any run, in order of first appearance, of which the pattern keeps those it is found in."""
    return [n for n in dict.fromkeys(n for v in views for n in v.names) if pattern is None or pattern.search(n)]


def _column(name: str, x: Sequence[float], y: Sequence[float], steps: Floats) -> TableColumn:
    import numpy as np

    values = np.full(len(steps), np.nan)
    present = np.zeros(len(steps), dtype=np.bool_)
    at = np.searchsorted(steps, np.asarray(x, dtype=np.float64))
    values[at] = np.asarray(y, dtype=np.float64)
    present[at] = True
    return TableColumn(name, values, present)


def _axis_column(view: MetricsView, names: Sequence[str], steps: Floats, axis: XAxis) -> TableColumn:
    """The axis' value of each step, out of whichever metric has it."""
    import numpy as np

    values = np.full(len(steps), np.nan)
    present = np.zeros(len(steps), dtype=np.bool_)
    for name in names:
        by_step, by_axis = view.series(name), view.series(name, axis)
        unknown = len(by_step) - len(by_axis)  # at the front
        at = np.searchsorted(steps, np.asarray(by_step.x, dtype=np.float64)[unknown:])
        values[at] = np.asarray(by_axis.x, dtype=np.float64)
        present[at] = True
    return TableColumn(AXIS_COLUMN[axis], values, present)
