"""A log read the plain way: all of it, byte by byte, with a stack of newlines."""

from __future__ import annotations

import re

from tuner.runs.log_fold import REACH
from tuner.runs.text_tail import inert_line

_UP = re.compile(rb"\x1b\[(\d{0,2})A")


def lines_of(data: bytes) -> list[tuple[int, bytes]]:
    """Where each line begins, and its bytes; a newline that a cursor-up goes back over ends none."""
    newlines: list[int] = []
    at = 0
    while at < len(data):
        up = _UP.match(data, at)
        if up:
            for _ in range(int(up[1] or 1)):
                if newlines and newlines[-1] >= at - REACH:
                    newlines.pop()
        elif data[at] == 10:
            newlines.append(at)
        at += 1
    starts = [0, *(n + 1 for n in newlines)]
    ends = [*starts[1:], len(data)]
    return [(a, data[a:b]) for a, b in zip(starts, ends, strict=True) if a < b]


def texts_of(data: bytes) -> list[str]:
    """What the lines show."""
    return [inert_line(raw) for _, raw in lines_of(data)]
