"""Numbers, durations and times as a person writes them in a query."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_FACTORS = {"k": 1e3, "M": 1e6, "%": 0.01}
_UNSIGNED = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBER = re.compile(rf"[+-]?{_UNSIGNED}", re.ASCII)
_DURATION = re.compile(rf"({_UNSIGNED})([smhdw]?)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Age:
    """So many seconds ago."""

    seconds: float

    def __str__(self) -> str:
        return f"{written(self.seconds)}s"

    def span(self, now: float) -> tuple[float, float]:
        """The moment meant, as seconds since the epoch: first and last."""
        return now - self.seconds, now - self.seconds


@dataclass(frozen=True, slots=True)
class Moment:
    """A day (``length`` 86400 or what the change of clocks leaves of it) or a time of day, in local time."""

    text: str
    begin: float
    length: float

    def __str__(self) -> str:
        return self.text

    def span(self, now: float) -> tuple[float, float]:
        return self.begin, self.begin + self.length


When = Age | Moment


def number(text: str) -> float | None:
    """A number: 1.2, 3e-5, 10k, 2M, 50%, nan, inf; None where it is none."""
    if text.casefold() == "nan":
        return math.nan  # this very object: no other NaN is equal to it
    if text.casefold() in {"inf", "-inf"}:
        return float(text)
    factor = _FACTORS.get(text[-1:])
    body = text if factor is None else text[:-1]
    if not _NUMBER.fullmatch(body):
        return None
    value = float(body)
    return value if factor is None else value * factor


def share(text: str) -> float | None:
    """A part of the whole, at most 1: 50%, 0.5, or 50; None where it is none."""
    value = number(text)
    if value is None:
        return None
    return min(value / 100 if value > 1 and not text.endswith("%") else value, 1.0)


def duration(text: str) -> float | None:
    """Seconds: 90, 90s, 5m, 2h, 3d, 1w; None where it is none."""
    match = _DURATION.fullmatch(text)
    value = float(match[1]) * _UNITS.get(match[2], 1.0) if match else math.inf
    return value if math.isfinite(value) else None


def when(text: str) -> When | None:
    """An age (2d) or a time (2026-11-01, 2026-11-01T10:30, …Z); None where it is neither."""
    seconds = duration(text) if text[-1:] in _UNITS else None
    if seconds is not None:
        return Age(seconds)
    if not _DAY.match(text):
        return None
    try:
        begin = datetime.fromisoformat(text.upper())
        if _DAY.fullmatch(text):
            return Moment(text, begin.timestamp(), (begin + timedelta(days=1)).timestamp() - begin.timestamp())
        return Moment(text.upper(), begin.timestamp(), 60.0)
    except (ValueError, OverflowError, OSError):
        return None


def seconds_of(stamp: str | None) -> float | None:
    """Seconds since the epoch of an RFC 3339 time; None where there is none."""
    if not stamp:
        return None
    try:
        return datetime.fromisoformat(stamp).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def written(value: float) -> str:
    """A number so that it is read as the same."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)
