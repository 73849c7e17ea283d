"""One metric as the charts take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class XAxis(StrEnum):
    """What a chart's x is; the value is its name on the screen and in exports."""

    STEP = "step"
    RELATIVE = "relative time"
    """Seconds since the run's first row; the pauses between attempts are left out."""
    WALL = "wall time"
    """Seconds since the epoch."""
    EPOCH = "epoch"
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class Series:
    """``x`` ascending, ``y`` of the same length with NaN and infinities kept: both are gaps when drawn.

    Both are buffers of 64-bit floats (``array("d")`` or a memoryview of one), so that ``numpy.asarray`` takes them
    without a copy, and short ones are drawn without loading numpy at all. What was handed out is never changed
    behind its back except that the last value may be completed. ``version`` changes when earlier values did
    (truncation, a later attempt, another axis); with the length it says whether a cache still holds.
    """

    x: Sequence[float]
    y: Sequence[float]
    version: int = 0

    def __len__(self) -> int:
        return len(self.y)
