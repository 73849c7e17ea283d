"""Where the charts of a grid stand."""

from __future__ import annotations

from dataclasses import dataclass

NARROWEST = 46
"""Cells across that a chart has at least where there are several."""
_LOWEST, _LOWEST_STACKED = 10, 8
"""Lines that a chart has at least; fewer do where charts stand in one column."""
_GAP = 2
_SHAPE = 4.0
"""Width to height in cells that a chart looks best with."""


@dataclass(frozen=True)
class Place:
    """A chart's cells."""

    x: int
    y: int
    width: int
    height: int


def capacity(width: int, height: int) -> int:
    """How many charts the room allows."""
    across = _across(width)
    return across * max(1, height // _lowest(across))


def _across(width: int) -> int:
    return max(1, (width + _GAP) // (NARROWEST + _GAP))


def _lowest(across: int) -> int:
    return _LOWEST if across > 1 else _LOWEST_STACKED


def places(count: int, width: int, height: int) -> list[Place]:
    """``count`` charts (as many as the room allows at most) in rows of nearly equal length that fill everything."""
    count = max(0, min(count, capacity(width, height)))
    if not count:
        return []
    most = _across(width)
    rows = min(range(1, count + 1), key=lambda r: _badness(r, count, width, height, most))
    made: list[Place] = []
    top = 0
    for row in range(rows):
        here = count // rows + (row < count % rows)
        high = height // rows + (row < height % rows)
        left = 0
        for column in range(here):
            wide = (width - _GAP * (here - 1)) // here + (column < (width - _GAP * (here - 1)) % here)
            made.append(Place(left, top, max(1, wide), max(1, high)))
            left += wide + _GAP
        top += high
    return made


def _badness(rows: int, count: int, width: int, height: int, most: int) -> tuple[bool, float]:
    columns = -(-count // rows)
    low, wide = height / rows, width / columns
    ratio = max(0.01, wide / max(1.0, low) / _SHAPE)
    uneven = 0.3 * (count % rows != 0)
    return columns > most or (rows > 1 and low < _lowest(most)), max(ratio, 1 / ratio) + uneven
