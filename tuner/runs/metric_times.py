"""Times of many metric rows at once."""

from __future__ import annotations

import re
from datetime import datetime

import numpy as np
import numpy.typing as npt

_FORM = re.compile(rb"(\d{4}-\d{2}-\d{2}T)\d{2}:\d{2}:\d{2}(?:\.(\d{3}|\d{6}))?(?:Z|\+00:00)", re.ASCII)
_DATE, _TIME = 11, (11, 12, 14, 15, 17, 18)
"""Bytes of the date with its T; places of the digits of hours, minutes and seconds."""
_FRACTION = 20
_WEIGHTS = (36_000, 3_600, 600, 60, 10, 1)
_MICRO = 1_000_000

Bytes = npt.NDArray[np.uint8]


def seconds_of(texts: Bytes) -> npt.NDArray[np.float64] | None:
    """Seconds since the epoch, exactly as ``datetime.timestamp`` gives them.

    Args:
        texts: one time a row, RFC 3339 in UTC with no, three or six digits behind the second.

    Returns:
        None where one is written otherwise, or is no time.
    """
    form = _FORM.fullmatch(texts[0].tobytes())
    if form is None:
        return None
    digits = len(form[2] or b"")
    places = [*_TIME, *range(_FRACTION, _FRACTION + digits)]
    weights = [w * _MICRO for w in _WEIGHTS] + [_MICRO // 10 ** (i + 1) for i in range(digits)]
    numbers = texts[:, places] - np.uint8(ord("0"))  # what lies below "0" wraps to a large number
    fixed = np.ones(texts.shape[1], bool)
    fixed[:_DATE] = False
    fixed[places] = False
    tens, ones = numbers[:, 0:6:2], numbers[:, 1:6:2]
    clock = tens * np.uint8(10) + ones
    if numbers.max() > 9 or (clock >= (24, 60, 60)).any() or (texts[:, fixed] != texts[0, fixed]).any():
        return None
    days = _days(texts[:, :_DATE])
    if days is None:
        return None
    micros = days + numbers.astype(np.int64) @ np.array(weights, np.int64)
    return micros / _MICRO


def _days(dates: Bytes) -> npt.NDArray[np.int64] | int | None:
    """Microseconds of midnight."""
    if (dates == dates[0]).all():
        return _midnight(dates[0].tobytes())
    found, index = np.unique(np.ascontiguousarray(dates).view(f"S{_DATE}")[:, 0], return_inverse=True)
    known = [_midnight(bytes(d)) for d in found]
    if any(k is None for k in known):
        return None
    return np.array(known, np.int64)[index]


def _midnight(date: bytes) -> int | None:
    try:
        return int(datetime.fromisoformat(date.decode("ascii") + "00:00:00+00:00").timestamp()) * _MICRO
    except ValueError:
        return None
