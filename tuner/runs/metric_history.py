"""Metric rows merged by step, as the screen, the command line and the ranking read them."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping

from tuner.runs.growing import Growing, floats
from tuner.runs.metric_axes import AxisTracks
from tuner.runs.metric_column import Column, ColumnBlock
from tuner.runs.metric_lines import MetricRow
from tuner.runs.metric_table import MetricTable

BOOKKEEPING = frozenset({"timestamp", "elapsed_seconds", "interval_time"})
"""Columns that say when a row was written, not how training goes."""

_versions = itertools.count(1)


class MetricHistory:
    """One merged row per step, in order of steps, kept in columns.

    Rows of the same step are merged key by key; a value is never overwritten by its absence. A row whose step lies
    before the last one begins a later attempt, which wins: the earlier attempt's rows from there on are forgotten.

    Args:
        merge: False for samples taken many times a step: each row is kept.
    """

    def __init__(self, *, merge: bool = True) -> None:
        self._merge = merge
        self._steps = Growing(floats)
        self._columns: dict[str, Column] = {}
        self._tracks = AxisTracks()
        self.version = next(_versions)
        """Changes when anything but the last row did; no two histories share one."""

    def add(self, row: MetricRow) -> None:
        """Merge a row into the last one, or put it behind; an earlier step begins a later attempt."""
        count = self._steps.count
        last = self._steps.cells[count - 1] if count else -math.inf
        if row.step < last:
            count = bisect.bisect_left(self._steps.cells, row.step, 0, count)
            self._cut(count)
        if row.step != last or not self._merge or not count:
            self._steps.append(row.step)
            count += 1
        for name, value in row.values.items():
            column = self._columns.get(name)
            if column is None:
                column = self._columns[name] = Column()
            column.put(count - 1, value)

    def extend(self, rows: Iterable[MetricRow]) -> None:
        for row in rows:
            self.add(row)

    def fill(self, row: MetricRow) -> bool:
        """Add what a row knows that is not there yet, where its step is not beyond the last one.

        Returns:
            Whether anything was added.
        """
        count = self._steps.count
        if not count or row.step > self._steps.cells[count - 1]:
            return False
        index = bisect.bisect_left(self._steps.cells, row.step, 0, count)
        added = self._steps.cells[index] != row.step
        if added:
            self._steps.insert(index, row.step)
            for column in self._columns.values():
                column.insert_row(index)
        for name, value in row.values.items():
            added |= self._columns.setdefault(name, Column()).fill(index, value)
        if added:
            self.version = next(_versions)
        return added

    def append(self, steps: memoryview[float], columns: Mapping[str, ColumnBlock]) -> None:
        """Put whole columns of rows behind the last one, or begin a later attempt with them.

        Args:
            steps: ascending, each once; the first may not be the last row's step, which would have to be merged.
            columns: values of some or all of these rows.
        """
        if self._steps.count and steps[0] < self._steps.cells[self._steps.count - 1]:
            self._cut(bisect.bisect_left(self._steps.cells, steps[0], 0, self._steps.count))
        self._steps.extend(steps)
        for name, block in columns.items():
            column = self._columns.get(name)
            if column is None:
                column = self._columns[name] = Column()
            column.extend(block)

    def rows_before(self, step: float) -> int:
        """How many rows lie before a step."""
        return bisect.bisect_left(self._steps.cells, step, 0, self._steps.count)

    def reserve(self, rows: int) -> None:
        """Make room for so many rows in the columns that have a value in most of them."""
        self._steps.reserve(rows)
        for column in self._columns.values():
            if 2 * len(column) > len(self):
                column.reserve(rows)

    def __len__(self) -> int:
        return self._steps.count

    @property
    def steps(self) -> list[int]:
        """All steps, as a list of its own: ask for ``last_step`` where that is enough."""
        return [int(s) for s in self._steps.cells[: self._steps.count]]

    @property
    def last_step(self) -> int | None:
        """The newest row's step."""
        return int(self._steps.cells[self._steps.count - 1]) if self._steps.count else None

    @property
    def columns(self) -> list[str]:
        """The names of all columns, in order of first appearance."""
        return list(self._columns)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that steps and values take, without the room for more."""
        return self._steps.nbytes + sum(c.nbytes for c in self._columns.values())

    def row(self, step: int) -> Mapping[str, float]:
        """The merged row of a step; empty where there is none."""
        index = self._rows_to(step) - 1
        return self._row(index) if index >= 0 and self._steps.cells[index] == step else {}

    def rows(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, dict[str, float]]]:
        """Steps and merged rows, one after the other: cheaper than asking for each."""
        stop = self._steps.count if stop is None else min(stop, self._steps.count)
        walks = [(name, column.walk(start)) for name, column in self._columns.items()]
        for _, walk in walks:
            next(walk)
        for index in range(start, stop):
            values = {name: value for name, walk in walks if (value := walk.send(index)) is not None}
            yield int(self._steps.cells[index]), values

    def series(self, column: str) -> tuple[list[int], list[float]]:
        """The steps at which a column has a value, and the values (NaN included)."""
        found = self._columns.get(column)
        if found is None:
            return [], []
        return [int(self._steps.cells[r]) for r in found.rows()], found.values()

    def latest(self) -> dict[str, float]:
        """The newest value of each column that says how training goes."""
        return {k: v for k, c in self._columns.items() if k not in BOOKKEEPING and (v := c.last) is not None}

    def between(self, after: int, until: int) -> Iterator[Mapping[str, float]]:
        """The rows with after < step <= until."""
        return (row for _, row in self.rows(self._rows_to(after), self._rows_to(until)))

    def values_between(self, column: str, after: int, until: int) -> list[float]:
        """The values of a column at steps with after < step <= until."""
        found = self._columns.get(column)
        return found.between(self._rows_to(after), self._rows_to(until)) if found is not None else []

    def at_or_before(self, step: int) -> dict[str, float]:
        """Every metric of the step itself; where it has no row, the training metrics of the last one before it.

        An evaluation belongs to the weights of its own step and is never lent to another one.
        """
        index = self._rows_to(step) - 1
        if index < 0:
            return {}
        row = {k: v for k, v in self._row(index).items() if k not in BOOKKEEPING}
        if self._steps.cells[index] == step:
            return row
        return {k: v for k, v in row.items() if not k.startswith("eval_")}

    def table(self) -> MetricTable:
        """What is there now, for another thread to read while more is added here."""
        parts = {name: column.part() for name, column in self._columns.items() if len(column)}
        return MetricTable(self._steps.shown(), parts, self.version, self._tracks)

    def _row(self, index: int) -> dict[str, float]:
        return {name: value for name, c in self._columns.items() if (value := c.at(index)) is not None}

    def _rows_to(self, step: int) -> int:
        return bisect.bisect_right(self._steps.cells, step, 0, self._steps.count)

    def _cut(self, count: int) -> None:
        self._steps.cut(count)
        for column in self._columns.values():
            column.cut(count)
        self.version = next(_versions)


def finite_or_none(value: float) -> float | None:
    """JSON has no NaN and no infinity: null stands for them."""
    return value if math.isfinite(value) else None
