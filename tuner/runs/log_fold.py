"""Where a log's lines end, and which of a line's states is the last: progress bars overwrite themselves.

A line ends with a newline, unless a cursor-up escape soon goes back over that newline: nested progress bars draw so,
hundreds of times, and are one line here. Of a line that was overwritten (``\\r``, or such a newline) the last state
counts.
"""

from __future__ import annotations

import re

_UP = re.compile(rb"\x1b\[(\d{0,2})A")
_TORN = re.compile(rb"\x1b(?:\[\d{0,2})?\Z")
REACH = 4096
"""Bytes that a cursor-up looks back for its newline: more than the bars of one screen take."""


def whole_length(data: bytes) -> int:
    """The length of ``data`` without an escape that may have been cut at its end."""
    torn = _TORN.search(data, max(0, len(data) - 4)) if b"\x1b" in data[-4:] else None
    return torn.start() if torn else len(data)


def joined(data: bytes) -> tuple[bytes, list[int]]:
    """``data`` with ``\\r`` for each newline that a cursor-up goes back over, its length unchanged.

    Returns:
        The bytes, and for each cursor-up that reaches to before their beginning, where it stands.
    """
    if b"\x1b" not in data:
        return data, []
    ups = list(_UP.finditer(data))
    if not ups:
        return data, []
    out, before = bytearray(data), []
    for up in ups:
        for _ in range(int(up[1] or 1)):
            at = out.rfind(b"\n", max(0, up.start() - REACH), up.start())
            if at < 0:
                before += [up.start()] if up.start() < REACH else []
            else:
                out[at] = 13
    return bytes(out), before


def last_state(line: bytes) -> bytes:
    """What a line shows in the end."""
    line = line.rstrip(b"\r\n")
    return line[max(line.rfind(b"\r"), line.rfind(b"\n")) + 1 :]
