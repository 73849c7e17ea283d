"""A chart's x: where a value stands, which round values are marked, and how they are written."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from tuiapp.widgets.chart.ticks import HUGE, TINY, log_ticks, round_ticks, time_step
from tuner.runs.series import XAxis

_DAY = 86400.0


@dataclass(frozen=True)
class Scale:
    """A window of x: steps, seconds, epochs or tokens, as ``kind`` says. ``log`` needs ``low`` above 0."""

    low: float
    high: float
    kind: XAxis = XAxis.STEP
    log: bool = False

    def share(self, x: float) -> float:
        """0 at the left end, 1 at the right one."""
        if self.log:
            low = math.log(max(TINY, self.low))
            return (math.log(max(TINY, x)) - low) / (math.log(max(TINY, self.high)) - low or 1.0)
        return (max(-HUGE, min(HUGE, x)) - self.low) / (self.high - self.low or 1.0)

    def at(self, share: float) -> float:
        """The x that stands at a share of the width."""
        if self.log:
            low = math.log(max(TINY, self.low))
            return math.exp(low + share * (math.log(max(TINY, self.high)) - low))
        return self.low + share * (self.high - self.low)

    def dot(self, x: float, count: int) -> int:
        """Which of so many columns holds x; below 0 or from ``count`` on where it is outside."""
        share = self.share(x)
        if share == 1.0:
            return count - 1
        return math.floor(max(-1.0, min(2.0, share)) * count)

    def ticks(self, most: int) -> list[float]:
        """At most about so many round values inside."""
        if self.log:
            return log_ticks(self.low, self.high, most)
        if self.kind in (XAxis.RELATIVE, XAxis.WALL):
            return self._times(most)
        return round_ticks(self.low, self.high, most, whole=self.kind in (XAxis.STEP, XAxis.TOKENS))

    def _times(self, most: int) -> list[float]:
        span = self.high - self.low
        step = time_step(span / max(1, most))
        if not math.isfinite(max(abs(self.low), abs(self.high)) / step):  # a time stamp may be any number
            return []
        # Round hours of the clock on the wall, not of Greenwich.
        offset = _utc_offset(self.low) if self.kind is XAxis.WALL else 0
        first = math.ceil((self.low + offset) / step - 1e-9)
        count = math.floor((self.high + offset) / step + 1e-9) - first
        return [i * step - offset for i in range(first, first + count + 1)] if 0 <= count <= 4 * most + 4 else []

    def label(self, x: float) -> str:
        """A value on the axis, short."""
        if self.kind is XAxis.WALL:
            return _clock(x, self.high - self.low)
        if self.kind is XAxis.RELATIVE:
            return span_text(x)
        return count_text(x) if self.kind is not XAxis.EPOCH else f"{x:.6g}"

    def exact(self, x: float) -> str:
        """A value as the cursor tells it."""
        if self.kind is XAxis.WALL:
            return _clock(x, 0.0)
        if self.kind is XAxis.RELATIVE:
            return span_text(x)
        if self.kind is XAxis.EPOCH:
            return f"{x:.4g}"
        return f"{x:.0f}" if abs(x) < 1e12 else f"{x:.4g}"


def count_text(value: float) -> str:
    """12000 as 12k, 1500000 as 1.5M: only where nothing is lost."""
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= max(size, 10_000) and abs(value) < 1e15:
            text = f"{value / size:.6g}"
            if len(text) <= 5:
                return text + unit
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e6 else f"{value:.4g}"


def span_text(seconds: float) -> str:
    """A span of time: 0.5s, 45s, 1m30, 2h05, 3d4h."""
    sign, left = ("-" if seconds < 0 else ""), abs(seconds)
    if left >= 1000 * _DAY:
        return f"{sign}{left / _DAY:.4g}d"
    if left < 60:
        return f"{sign}{left:.3g}s"
    whole = round(left)
    days, hours, minutes, rest = whole // 86400, whole // 3600 % 24, whole // 60 % 60, whole % 60
    if days:
        return f"{sign}{days}d{hours}h" if hours else f"{sign}{days}d"
    if hours:
        return f"{sign}{hours}h{minutes:02}" if minutes else f"{sign}{hours}h"
    return f"{sign}{minutes}m{rest:02}" if rest else f"{sign}{minutes}m"


def _clock(stamp: float, span: float) -> str:
    form = "%m-%d %H:%M:%S" if span == 0 else "%m-%d" if span > 5 * _DAY else "%H:%M" if span > 300 else "%H:%M:%S"
    try:
        moment = time.localtime(stamp)
    except (OverflowError, OSError, ValueError):  # a time stamp may be any number
        return f"{stamp:.4g}"
    if form == "%H:%M" and moment.tm_hour == 0 and moment.tm_min == 0:
        form = "%m-%d"
    return time.strftime(form, moment)


def _utc_offset(stamp: float) -> int:
    try:
        return time.localtime(stamp).tm_gmtoff
    except (OverflowError, OSError, ValueError):
        return 0
