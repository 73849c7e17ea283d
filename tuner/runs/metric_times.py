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
_EXACT = 9e15
"""Microseconds up to which (in the year 2255) a day's are whole numbers that a 64-bit float holds."""

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]


def seconds_of(texts: Bytes) -> Floats | None:
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
    between = [i for i in range(_DATE, texts.shape[1]) if i not in places]
    by_place = np.ascontiguousarray(texts.T)
    numbers = by_place[places] - np.uint8(ord("0"))  # what lies below "0" wraps to a large number
    clock = numbers[0:6:2] * np.uint8(10) + numbers[1:6:2]
    if numbers.max() > 9 or (clock.max(axis=1) >= (24, 60, 60)).any():
        return None
    if (by_place[between] != by_place[between, :1]).any():
        return None
    days = _days(by_place[:_DATE])
    if days is None:
        return None
    weights = [w * _MICRO for w in _WEIGHTS] + [_MICRO // 10 ** (i + 1) for i in range(digits)]
    micros = np.array(weights, np.float64) @ numbers.astype(np.float64) + days  # whole numbers far below 2^53: exact
    return micros / _MICRO


def _days(dates: Bytes) -> Floats | float | None:
    """Microseconds of midnight; ``dates`` has a row for each place."""
    if (dates == dates[:, :1]).all():
        return _midnight(dates[:, 0].tobytes())
    found, index = np.unique(np.ascontiguousarray(dates.T).view(f"S{_DATE}")[:, 0], return_inverse=True)
    known = [m for m in (_midnight(bytes(date)) for date in found) if m is not None]
    return np.array(known)[index] if len(known) == len(found) else None


def _midnight(date: bytes) -> float | None:
    try:
        micros = datetime.fromisoformat(date.decode("ascii") + "00:00:00+00:00").timestamp() * _MICRO
    except ValueError:
        return None
    return micros if abs(micros) < _EXACT else None
