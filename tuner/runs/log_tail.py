"""The end of a log, read from the end: the last screenful of any log, before its lines are counted."""

from __future__ import annotations

from tuner.runs.log_file import LogFile
from tuner.runs.log_lines import split

_BLOCK = 1 << 16
_MOST = 4 << 20
"""Bytes that are read at most; where they hold fewer lines, fewer are shown."""


def tail_bounds(file: LogFile, count: int) -> list[tuple[int, int]]:
    """The bounds of the last ``count`` lines; fewer where the log has no more, or they are very long."""
    position, pieces, lines = file.size, [], 0
    while position > 0 and lines <= count and file.size - position < _MOST:
        step = min(_BLOCK, position)
        position -= step
        pieces.append(file.read(position, step))
        lines += pieces[-1].count(b"\n")
    data = b"".join(reversed(pieces))
    begin = 0
    if position > 0:
        newline = data.find(b"\n")
        if newline < 0 or newline == len(data) - 1:
            return [(position, position + len(data))]  # the end of one very long line
        begin = newline + 1
    return split(data[begin:], position + begin)[-count:]
