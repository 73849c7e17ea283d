"""Lines of a log as they are shown: inert, folded, cut, read where they stand and no further."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tuner.runs.log_file import LogFile
from tuner.runs.log_fold import joined
from tuner.runs.log_marks import is_error, step_of
from tuner.runs.text_tail import LONGEST, inert_line

_AT_ONCE = 1 << 20
"""Neighbouring lines of so many bytes together are read with one call."""
_LONG = 1 << 16
_BACK = 1 << 20
"""How far from its end the last state of an overwritten line is looked for."""
_SHOWN = LONGEST * 4 + 16


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. ``start`` is its byte offset; ``number`` counts from 0, or is -1 while lines are not counted yet."""

    start: int
    number: int
    text: str
    step: int | None
    is_error: bool


def make_line(raw: bytes, start: int, number: int) -> LogLine:
    """The line that these bytes show."""
    text = inert_line(raw)
    step = step_of(text)
    if step is None and text.startswith("{'") and b"\r" in raw:
        # A trainer prints its row over the progress bar, which alone knows the step.
        states = raw[-_SHOWN:].split(b"\r")
        step = next((s for state in reversed(states) if (s := step_of(inert_line(state))) is not None), None)
    return LogLine(start, number, text, step, is_error(text))


def read_raw(file: LogFile, bounds: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    """The bytes of some lines that matter for what they show; of long ones only those."""
    at, count = 0, len(bounds)
    while at < count:
        begin, end = bounds[at]
        if end - begin > _LONG:
            yield _long_line(file, begin, end)
            at += 1
            continue
        last = at + 1
        while last < count and bounds[last][0] == end and bounds[last][1] - begin <= _AT_ONCE:
            if bounds[last][1] - bounds[last][0] > _LONG:
                break
            end = bounds[last][1]
            last += 1
        data = file.read(begin, end - begin)
        for start, stop in bounds[at:last]:
            yield data[start - begin : stop - begin]
        at = last


def _long_line(file: LogFile, begin: int, end: int) -> bytes:
    """The last state's first bytes, looked for from the line's end; the line's first where it is too far away."""
    position, first = end, True
    while position > max(begin, end - _BACK):
        step = min(_LONG, position - begin)
        data = file.read(position - step, step)
        if first:
            data = data.rstrip(b"\r\n")
            first = not data
        at = max(data.rfind(b"\r"), data.rfind(b"\n"))
        if at >= 0:
            return file.read(position - step + at + 1, min(_SHOWN, end - position + step - at - 1))
        position -= step
    return file.read(begin, _SHOWN)


def split(data: bytes, offset: int) -> list[tuple[int, int]]:
    """The bounds of the lines in ``data``, which begins at ``offset`` with a line."""
    flat, _ = joined(data)
    found, begin = [], 0
    at = flat.find(b"\n")
    while at >= 0:
        found.append((offset + begin, offset + at + 1))
        begin = at + 1
        at = flat.find(b"\n", begin)
    if begin < len(data):
        found.append((offset + begin, offset + len(data)))
    return found
