"""The exponential moving average of long series, without a loop over values."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tuner.runs.float_buffer import buffer_of

_BLOCK = 32
_SHORT = 256
_ONE = math.log(2.0**-60)
"""1 - w^k is 1 where the logarithm of w^k lies below this."""

Floats = npt.NDArray[np.float64]


def smooth_long(y: Sequence[float], weight: float, before: float, count: int) -> tuple[memoryview[float], float, int]:
    """The debiased average of many values.

    Args:
        before, count: the sum and the number of finite values so far.

    Returns:
        The smoothed values, and the sum and number after them.
    """
    values = np.asarray(y, np.float64)
    if not weight:
        return buffer_of(values), before, count
    finite = np.isfinite(values)
    if finite.all():
        made, last = _average(values, weight, before, count)
        return buffer_of(made), last, count + len(values)
    out = values.copy()
    kept = values[finite]
    if len(kept):
        out[finite], before = _average(kept, weight, before, count)
    return buffer_of(out), before, count + len(kept)


def _average(values: Floats, weight: float, before: float, count: int) -> tuple[Floats, float]:
    sums = _scan((1 - weight) * values, weight, before)
    last = float(sums[-1])
    biased = min(len(values), max(0, math.ceil(_ONE / math.log(weight)) - count))
    sums[:biased] /= -np.expm1(np.arange(count + 1, count + biased + 1) * math.log(weight))
    return sums, last


def _scan(values: Floats, decay: float, before: float) -> Floats:
    """s[k] = decay·s[k-1] + values[k], from s[-1] = before.

    Blocks are summed side by side, each from nothing; what one block hands to the next is the same kind of sum over
    the blocks' ends, and is found the same way.
    """
    if len(values) <= _SHORT:
        out = np.empty(len(values))
        for index, value in enumerate(values.tolist()):
            before = out[index] = decay * before + value
        return out
    blocks = -(-len(values) // _BLOCK)
    padded = np.zeros(blocks * _BLOCK)
    padded[: len(values)] = values
    sums = np.ascontiguousarray(padded.reshape(blocks, _BLOCK).T)
    for place in range(1, _BLOCK):
        sums[place] += decay * sums[place - 1]
    powers = decay ** np.arange(1, _BLOCK + 1)
    ends = _scan(sums[-1], float(powers[-1]), before)
    sums += powers[:, None] * np.concatenate(([before], ends[:-1]))
    return sums.T.reshape(-1)[: len(values)]
