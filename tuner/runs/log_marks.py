"""What a line of a log tells about itself: its step, its time, whether it is an error."""

from __future__ import annotations

import re
from datetime import datetime

ERRORS = (
    r"\berrors?\b|\w+Error\b|\b\w*exceptions?\b|\btraceback\b|out of memory|\boom\b|segmentation fault|core dumped"
    r"|\bfatal\b|\bkilled\b|\bpanic\b"
)
"""What makes a line an error line, in upper or lower case …"""
NO_ERRORS = r"\b(?:no|0|without|zero) (?:errors?|exceptions?)\b|\berrors?[ \"':=]+0\b"
"""… unless all that it says of errors is that there are none."""
HINTS = ("error", "exception", "traceback", "memory", "oom", "fault", "dumped", "fatal", "killed", "panic")
"""One of these words, in lower case, is in every error line."""
_BAD, _GOOD = re.compile(ERRORS, re.IGNORECASE), re.compile(NO_ERRORS, re.IGNORECASE)

_STEP = re.compile(r"\b(?:global_?)?steps?[\"']?\s*[=:#]?\s*(\d+)\b(?![.%]\d|\s*(?:steps?|s)\b)", re.IGNORECASE)
_BAR = re.compile(r"(?:^|\s|\|)(\d+)/(\d+) \[\d+:\d\d")
_NAMED_BAR = re.compile(r"^\s*[^\s\d|][^|]*:\s+\d+%\|")
_TIME = re.compile(
    r"(?:(\d{4}-\d\d-\d\d)[T _])?(?<![\d:])([01]?\d|2[0-3]):([0-5]\d):([0-5]\d)(?:[.,]\d+)?(Z|[+-]\d\d:?\d\d)?(?![\d:])"
)
_TIME_WITHIN = 80


def is_error(text: str) -> bool:
    """Whether the line tells of an error."""
    low = text.lower()
    if not any(hint in low for hint in HINTS) or _BAD.search(text) is None:
        return False
    return ("0" not in low and "no" not in low and "zero" not in low) or _BAD.search(_GOOD.sub("", text)) is not None


def step_of(text: str) -> int | None:
    """The training step that a line names: ``step=810``, ``{"step": 810}``, ``Step 810``, a bar at ``810/1200 [``."""
    found = _STEP.search(text)
    if found:
        return int(found[1])
    bar = bar_of(text)
    return bar[0] if bar else None


def bar_of(text: str) -> tuple[int, int] | None:
    """Where a progress bar without a name of its own stands, and its end: those are the training's."""
    if "/" not in text or _NAMED_BAR.match(text):
        return None
    found = _BAR.search(text)
    return (int(found[1]), int(found[2])) if found else None


def time_of(text: str) -> tuple[float, bool] | None:
    """When a line was written, and whether its date is known.

    Returns:
        Seconds since the epoch where the date is known, else since midnight. A time without a zone is local.
    """
    found = _TIME.search(text, 0, _TIME_WITHIN)
    if found is None:
        return None
    date, hour, minute, second, zone = found.groups()
    if date is None:
        return float(int(hour) * 3600 + int(minute) * 60 + int(second)), False
    try:
        return datetime.fromisoformat(f"{date}T{hour:0>2}:{minute}:{second}{zone or ''}").timestamp(), True
    except ValueError:
        return None
