"""Smoothed series and chart columns that are worked out once, and for a growing series only where it grew."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeVar

from tuner.runs.downsample import Columns, reduce
from tuner.runs.series import Series
from tuner.runs.smoothing import Smoother


@dataclass(slots=True)
class _Smoothed:
    version: int
    smoother: Smoother
    first_x: float
    last: float


@dataclass(slots=True)
class _Reduced:
    stamp: tuple[object, ...]
    columns: Columns


_Kept = TypeVar("_Kept", _Smoothed, _Reduced)


class SeriesCache:
    """Keeps, for each key, the last smoothed series of a weight and the last columns. Not for two threads at once.

    A key names a series for as long as it is shown: (run id, metric, axis), and a place where one series is shown
    in several windows at once.

    Args:
        keep: how many keys are kept; the one that was not asked for longest is dropped.
    """

    def __init__(self, keep: int = 64) -> None:
        self._keep = keep
        self._smoothed: dict[Hashable, _Smoothed] = {}
        self._reduced: dict[Hashable, _Reduced] = {}

    def smoothed(self, key: Hashable, series: Series, weight: float) -> Series:
        """The series with y smoothed; a series that grew costs only what is new.

        Raises:
            ValueError: the weight is below 0, or 1 or more.
        """
        if not weight or not len(series):
            return series
        known = self._smoothed.pop(key, None)
        if known is None or not _continues(known, series, weight):
            known = _Smoothed(series.version, Smoother(weight), series.x[0], 0.0)
            known.smoother.values.reserve(len(series))
        count, last = known.smoother.values.count, series.y[-1]
        if count and series.y[count - 1] != known.last:
            known.smoother.redo_last(series.y[count - 1])
        if len(series) > count:
            known.smoother.extend(series.y[count:])
        known.last = last
        _put(self._smoothed, key, known, self._keep)
        return Series(series.x, known.smoother.values.shown(), series.version)

    def columns(
        self, key: Hashable, series: Series, weight: float, low: float, high: float, count: int, *, log_x: bool = False
    ) -> Columns:
        """``reduce`` of the smoothed series; the same question again costs nothing.

        Raises:
            ValueError: as ``reduce`` and ``smoothed`` do.
        """
        stamp = (series.version, len(series), *_ends(series), weight, low, high, count, log_x)
        known = self._reduced.pop(key, None)
        if known is None or known.stamp != stamp:
            shown = self.smoothed(key, series, weight)
            known = _Reduced(stamp, reduce(shown.x, shown.y, low, high, count, log_x=log_x))
        _put(self._reduced, key, known, self._keep)
        return known.columns

    def forget(self) -> None:
        """Drop everything, as when another run is shown."""
        self._smoothed.clear()
        self._reduced.clear()


def _continues(known: _Smoothed, series: Series, weight: float) -> bool:
    """Whether a series is the known one, longer or with its last value completed."""
    smoother = known.smoother
    return (known.version, smoother.weight, known.first_x) == (
        series.version,
        weight,
        series.x[0],
    ) and smoother.values.count <= len(series)


def _ends(series: Series) -> tuple[str, ...]:
    """The last point, which may be completed; as text, since NaN equals nothing."""
    return (repr(series.x[-1]), repr(series.y[-1])) if len(series) else ()


def _put(kept: dict[Hashable, _Kept], key: Hashable, value: _Kept, most: int) -> None:
    kept[key] = value
    while len(kept) > most:
        del kept[next(iter(kept))]
