"""What a list shows of a run's metrics, without reading all of them: the newest values, and a line of the loss."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from tuner.runs.metric_history import BOOKKEEPING, finite_or_none
from tuner.runs.metric_lines import parse_row

POINTS = 24
"""Values in a line of the loss."""
_TAIL = 64 * 1024
_PIECE = 2048
_DIGITS = b"0123456789.-+"
_LOSS = re.compile(rb'"loss": ?(-?\d[\d.eE+-]*)')
_STEP = re.compile(rb'"step": ?(\d+)')
_KEY_WITH_DIGIT = re.compile(rb'"[^"]*\d[^"]*" ?:')

T = TypeVar("T")


class SummaryMetrics:
    """The metric files of one run (paths, oldest attempt first), each opened once."""

    def __init__(self, files: Sequence[str]) -> None:
        self._files = files
        self._end, self._whole = _read_end(files[-1]) if files else (b"", True)

    def newest(self) -> dict[str, float | None]:
        """The newest value of each metric, from the end of the newest file; NaN and infinity are None."""
        values: dict[str, float] = {}
        for line in _telling(self._end, 0 if self._whole else 1):
            row = parse_row(line)
            if row is not None:
                values.update(row.values)
        return {k: finite_or_none(v) for k, v in values.items() if k not in BOOKKEEPING}

    def losses(self) -> tuple[float, ...]:
        """At most ``POINTS`` values of the loss, evenly spread over all attempts; what was done again counts once."""
        points: list[tuple[int, float]] = []
        for step, loss in self._points():
            while points and points[-1][0] >= step:
                points.pop()
            points.append((step, loss))
        return tuple(_spread([loss for _, loss in points]))

    def _points(self) -> Iterator[tuple[int, float]]:
        for file in self._files:
            is_read = file == self._files[-1] and self._whole
            lines = self._end.split(b"\n")[:-1] if is_read else list(_sampled(file))
            for line in _spread(lines, POINTS * 2):  # some of them are of evaluations and have no loss
                loss, step = _LOSS.search(line), _STEP.search(line)
                if loss and step:
                    try:
                        value = float(loss[1])
                    except ValueError:
                        continue
                    if math.isfinite(value):
                        yield int(step[1]), value


def _read_end(file: str) -> tuple[bytes, bool]:
    """The end of a file, and whether that is all of it."""
    try:
        handle = os.open(file, os.O_RDONLY)
    except OSError:
        return b"", True
    try:
        size = os.fstat(handle).st_size
        start = max(0, size - _TAIL)
        return os.pread(handle, size - start, start), start == 0
    except OSError:
        return b"", True
    finally:
        os.close(handle)


def _telling(data: bytes, first: int) -> list[bytes]:
    """The lines that hold the newest value of every key, in order: the last of each shape.

    Two lines have the same shape where they differ in digits only: then they have the same keys. Where keys have digits
    themselves, that is not so, and all lines are needed.
    """
    lines = data.split(b"\n")[first:-1]
    shapes = data.translate(None, _DIGITS).split(b"\n")[first:-1]
    last = dict(zip(shapes, range(len(shapes)), strict=True))
    telling = [lines[i] for i in sorted(last.values())]
    return lines if any(_KEY_WITH_DIGIT.search(line) for line in telling) else telling


def _sampled(file: str) -> Iterator[bytes]:
    """Whole lines from places evenly spread over a file; all of them where it is short."""
    try:
        handle = os.open(file, os.O_RDONLY)
    except OSError:
        return
    try:
        size = os.fstat(handle).st_size
        if size <= _TAIL:
            yield from os.pread(handle, size, 0).split(b"\n")[:-1]
            return
        for i in range(POINTS):
            start = max(0, (size - _PIECE) * i // (POINTS - 1) - (i > 0))
            lines = os.pread(handle, _PIECE, start).split(b"\n")[(1 if start else 0) : -1]
            yield from (next(((line,) for line in lines if _LOSS.search(line)), ()))
    except OSError:
        return
    finally:
        os.close(handle)


def _spread(values: Sequence[T], count: int = POINTS) -> Sequence[T]:
    if len(values) <= count:
        return values
    return [values[i * (len(values) - 1) // (count - 1)] for i in range(count)]
