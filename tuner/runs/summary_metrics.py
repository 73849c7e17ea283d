"""What a list shows of a run's metrics, without reading all of them: the newest values, and a line of the loss."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from tuner.runs.metric_history import BOOKKEEPING, finite_or_none
from tuner.runs.metric_lines import parse_json_line, row_from

POINTS = 24
"""Values in a line of the loss."""
_TAIL = 64 * 1024
_PIECE = 2048
_DIGITS = b"0123456789.-+"
_SHORT = 16 * 1024
_ODD = frozenset({"metrics", "lr"})
_NUMBERS = frozenset({int, float})
_LOSS = re.compile(rb'"loss": ?(-?\d[\d.eE+-]*)')
_POINT = re.compile(rb'"step": ?(\d+),.*?"loss": ?(-?\d[\d.eE+-]*)')
_KEY_WITH_DIGIT = re.compile(rb'"[^"]*\d[^"]*" ?:')

Point = tuple[bytes, bytes]
"""Step and loss as they are written."""
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
            values.update(_numbers(line))
        return {k: finite_or_none(v) for k, v in values.items() if k not in BOOKKEEPING}

    def losses(self) -> tuple[float, ...]:
        """At most ``POINTS`` values of the loss, evenly spread over all attempts; what was done again counts once."""
        if len(self._files) == 1 and self._whole and len(self._end) <= _SHORT:
            return tuple(_finite(_spread(_LOSS.findall(self._end, 0, self._end.rfind(b"\n") + 1))))
        points: list[tuple[int, float]] = []
        for step, loss in self._points():
            while points and points[-1][0] >= step:
                points.pop()
            points.append((step, loss))
        return tuple(_spread([loss for _, loss in points]))

    def _points(self) -> Iterator[tuple[int, float]]:
        for file in self._files:
            is_read = file == self._files[-1] and self._whole
            for step, loss in _points_of(self._end) if is_read else _sampled(file):
                for value in _finite((loss,)):
                    yield int(step), value


def _finite(texts: Iterable[bytes]) -> Iterator[float]:
    for text in texts:
        try:
            value = float(text)
        except ValueError:
            continue
        if math.isfinite(value):
            yield value


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


def _numbers(line: bytes) -> Mapping[str, float]:
    """The numbers of a row; {} where the line is none. Nearly every row is plain, and is taken as it is."""
    value = parse_json_line(line)
    if not isinstance(value, dict):
        return {}
    if type(value.get("step")) is int and _ODD.isdisjoint(value):
        try:
            return {k: float(v) for k, v in value.items() if type(v) in _NUMBERS and k != "step"}
        except OverflowError:
            pass  # a whole number beyond what a float can hold
    row = row_from(value)
    return row.values if row is not None else {}


def _sampled(file: str) -> Iterator[Point]:
    """Points from places evenly spread over a file."""
    try:
        handle = os.open(file, os.O_RDONLY)
    except OSError:
        return
    try:
        size = os.fstat(handle).st_size
        if size <= _TAIL:
            yield from _points_of(os.pread(handle, size, 0))
            return
        for i in range(POINTS):
            start = max(0, (size - _PIECE) * i // (POINTS - 1) - (i > 0))
            piece = os.pread(handle, _PIECE, start)
            match = _POINT.search(piece, piece.find(b"\n") + 1 if start else 0, piece.rfind(b"\n") + 1)
            if match:
                yield match[1], match[2]
    except OSError:
        return
    finally:
        os.close(handle)


def _points_of(data: bytes) -> Sequence[Point]:
    """Points evenly spread over the whole lines of some data."""
    end = data.rfind(b"\n") + 1
    if end <= _SHORT:
        return _spread(_POINT.findall(data[:end]))
    starts = (data.rfind(b"\n", 0, max(0, end - _PIECE) * i // (POINTS - 1)) + 1 for i in range(POINTS))
    return [(match[1], match[2]) for start in starts if (match := _POINT.search(data, start, end))]


def _spread(values: Sequence[T], count: int = POINTS) -> Sequence[T]:
    if len(values) <= count:
        return values
    return [values[i * (len(values) - 1) // (count - 1)] for i in range(count)]
