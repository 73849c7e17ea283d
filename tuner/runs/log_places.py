"""Going to a place in a log: a line, a time, a training step."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tuner.runs.log_lines import LogLine
from tuner.runs.log_marks import bar_of, time_of
from tuner.runs.log_reader import LogReader

ALL_READ = 20_000
"""Lines up to which all are read to find a place; in a longer log the place is found by halving."""
_PIECE = 400
_DAY = 86_400.0


class PlaceError(ValueError):
    """A place that cannot be gone to; the message says why."""


class Kind(StrEnum):
    LINE, STEP, TIME, DATED = "line", "step", "time", "date and time"


@dataclass(frozen=True)
class Place:
    """``value`` is a line number from 1, a step, seconds since midnight, or seconds since the epoch."""

    kind: Kind
    value: float


def parse_place(text: str) -> Place:
    """ "1234", "step 810", "14:32", "14:32:05", "2026-11-22T14:32".

    Raises:
        PlaceError: it is none of these.
    """
    text = text.strip()
    if re.fullmatch(r"[\d,_]+", text) and any(c.isdigit() for c in text):
        return Place(Kind.LINE, int(re.sub(r"[,_]", "", text)))
    if found := re.fullmatch(r"s(?:tep)?\s*[=:#]?\s*(\d+)", text, re.IGNORECASE):
        return Place(Kind.STEP, int(found[1]))
    if found := re.fullmatch(r"(\d{1,2}):(\d\d)(?::(\d\d))?", text):
        hour, minute, second = (int(part or 0) for part in found.groups())
        if hour < 24 and minute < 60 and second < 60:
            return Place(Kind.TIME, hour * 3600 + minute * 60 + second)
    if re.match(r"\d{4}-\d\d-\d\d", text):
        try:
            return Place(Kind.DATED, datetime.fromisoformat(text).timestamp())
        except ValueError:
            pass
    raise PlaceError(f"{text!r} is no place: a line 1234, a time 14:32, a date 2026-11-22T14:32, or step 810")


Timeline = Callable[[], Sequence[tuple[int, float]]]
"""The metric rows' steps and times, in seconds since the epoch: they help where the log has only one of the two."""


def find_place(log: LogReader, place: Place, timeline: Timeline = lambda: ()) -> tuple[int, str]:
    """The line to go to, from 0, and what there is to say about it; all lines must be counted.

    Raises:
        PlaceError: there is no such place in the log.
    """
    if log.total == 0:
        raise PlaceError("the log is empty")
    if place.kind is Kind.LINE:
        line = min(max(1, int(place.value)), log.total) - 1
        return line, "" if line + 1 == place.value else f"the log has {log.total:,} lines"
    if place.kind is Kind.STEP:
        return _find_step(log, int(place.value), timeline)
    return _find_time(log, place, timeline)


def _find_step(log: LogReader, step: int, timeline: Timeline) -> tuple[int, str]:
    found = _first(log, step, _step_mark(log), latest=True)
    if found is not None:
        line, there = found
        return line, "" if there == step else f"the log does not name step {step}; the next it names is {there:.0f}"
    rows = [(row, at) for row, at in timeline() if row >= step]
    if rows and (by_time := _line_at_time(log, rows[0][1])) is not None:
        return by_time, f"by time: the metrics have step {rows[0][0]} then"
    raise PlaceError(f"no line of the log names step {step} or a later one")


def _find_time(log: LogReader, place: Place, timeline: Timeline) -> tuple[int, str]:
    rows = timeline() if place.kind is Kind.TIME else ()
    moment = place.value
    if place.kind is Kind.TIME:
        last = _last_stamp(log)
        if last is not None and not last[1]:  # the log has hours without dates
            found = _first(log, moment, _clock_mark)
            if found is None:
                raise PlaceError("the log ends before that time")
            return found[0], ""
        newest = last[0] if last is not None else rows[-1][1] if rows else None
        if newest is None:
            raise PlaceError("neither the log nor the metrics have times")
        moment = _latest_before(moment, newest)
    there = _line_at_time(log, moment)
    if there is not None:
        return there, ""
    rows = timeline()
    at = bisect_left([t for _, t in rows], moment)
    if at < len(rows):
        line, _ = _find_step(log, rows[at][0], lambda: ())
        return line, f"by step: the metrics have step {rows[at][0]} then"
    raise PlaceError("the log ends before that time" if _last_stamp(log) or rows else "the log has no times")


def _line_at_time(log: LogReader, moment: float) -> int | None:
    last = _last_stamp(log)
    if last is None:
        return None
    if last[1]:
        found = _first(log, moment, _date_mark)
    else:
        clock = datetime.fromtimestamp(moment)
        found = _first(log, clock.hour * 3600.0 + clock.minute * 60 + clock.second, _clock_mark)
    return found[0] if found else None


def _latest_before(clock: float, newest: float) -> float:
    """The last moment up to ``newest`` that had this time of day."""
    day = datetime.fromtimestamp(newest).replace(hour=0, minute=0, second=0, microsecond=0)
    moment = (day + timedelta(seconds=clock)).timestamp()
    return moment if moment <= newest else moment - _DAY


Mark = Callable[[LogLine], float | None]


def _date_mark(line: LogLine) -> float | None:
    found = time_of(line.text)
    return found[0] if found and found[1] else None


def _clock_mark(line: LogLine) -> float | None:
    found = time_of(line.text)
    return found[0] if found and not found[1] else None


def _step_mark(log: LogReader) -> Mark:
    """Of several progress bars the longest is the training's."""
    ends = [
        bar[1]
        for lines in (log.window(0, _PIECE), log.tail(_PIECE))
        for bar in map(bar_of, (x.text for x in lines.lines))
        if bar
    ]
    longest = max(ends, default=0)

    def mark(line: LogLine) -> float | None:
        bar = bar_of(line.text)
        return None if bar is not None and bar[0] == line.step and bar[1] < longest else line.step

    return mark


def _last_stamp(log: LogReader) -> tuple[float, bool] | None:
    for page in (log.tail(_PIECE), log.window(0, _PIECE)):
        for line in reversed(page.lines):
            if stamp := time_of(line.text):
                return stamp
    return None


def _first(log: LogReader, value: float, mark: Mark, *, latest: bool = False) -> tuple[int, float] | None:
    """The first line whose mark is the value or more, and its mark.

    Marks are taken to ascend. In a log short enough to be read whole they need not: of several lines with just this
    mark the first counts, and with ``latest`` (a resumed run repeats steps) the first of the last time.
    """
    low, high = 0, log.total
    if high > ALL_READ:
        while high - low > _PIECE:
            middle = (low + high) // 2
            found = next(((n, m) for n, m in _marks(log, mark, middle, high)), None)
            if found is None or found[1] >= value:
                high = middle
            else:
                low = found[0]
        return next(((n, m) for n, m in _marks(log, mark, low, log.total) if m >= value), None)
    after: tuple[int, float] | None = None
    before = -1.0
    for number, there in _marks(log, mark, 0, high):
        if there >= value and (after is None or (latest and before < value and after[1] >= there)):
            after = (number, there)
        before = there
    return after


def _marks(log: LogReader, mark: Mark, first: int, stop: int) -> Iterator[tuple[int, float]]:
    for at in range(first, stop, _PIECE):
        for line in log.window(at, min(_PIECE, stop - at)).lines:
            there = mark(line)
            if there is not None:
                yield line.number, there
