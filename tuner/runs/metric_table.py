"""A MetricHistory at one moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from tuner.runs.column_part import ColumnPart
from tuner.runs.metric_axes import AxisTracks, axes_of
from tuner.runs.series import Series, XAxis


@dataclass(frozen=True, slots=True)
class MetricTable:
    """Steps and columns as far as they had come; nothing is copied. ``columns`` holds only those with a value."""

    steps: memoryview[float]
    columns: Mapping[str, ColumnPart]
    version: int
    tracks: AxisTracks

    def axes(self) -> list[XAxis]:
        """Which x the rows can give."""
        return axes_of(self.steps, self.columns)

    def series(self, name: str, axis: XAxis) -> Series:
        """One column over one x; rows whose x is not known yet are left out, and so is a column that is not there."""
        column = self.columns.get(name)
        version = self.version * len(XAxis) + list(XAxis).index(axis)
        if column is None:
            return Series((), (), version)
        if axis is XAxis.STEP and column.rows is None:
            return Series(self.steps[: len(column.values)], column.values, version)
        x = self.tracks.x_of(name, axis, self.steps, self.columns, self.version)
        return Series(x, column.values[len(column.values) - len(x) :], version)

    def row_at(self, step: int) -> dict[str, float]:
        """The merged row of a step, or of the last one before it; {} where there is none."""
        row = bisect_right(self.steps, step) - 1
        if row < 0:
            return {}
        return {name: value for name, column in self.columns.items() if (value := column.at(row)) is not None}
