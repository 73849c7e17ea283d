"""Durations as other tools write them, in seconds (standard library only)."""

from __future__ import annotations

import re

_CLOCK = re.compile(r"(?:(\d{1,6}) days?, )?(\d{1,6}):(\d\d):(\d\d)(?:\.\d+)?")
_UNITS = re.compile(r"(\d{1,9})\s*([dhms])")
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def seconds_of(text: object) -> float | None:
    """ "1:02:03", "1 day, 2:03:04" or "1m 2s" in seconds; None for anything else."""
    if not isinstance(text, str):
        return None
    clock = _CLOCK.fullmatch(text.strip())
    if clock:
        days, hours, minutes, seconds = (int(g or 0) for g in clock.groups())
        return float(days * 86400 + hours * 3600 + minutes * 60 + seconds)
    parts = _UNITS.findall(text)
    return float(sum(int(n) * _SECONDS[unit] for n, unit in parts)) if parts else None
