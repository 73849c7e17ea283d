"""Which part of x is seen: zoomed, moved, and following what is new."""

from __future__ import annotations

import math

from tuiapp.widgets.chart.figure import Window
from tuiapp.widgets.chart.scale import Scale
from tuiapp.widgets.chart.ticks import nice
from tuner.runs.series import XAxis

_NARROWEST = 1e-6
"""The share of everything that the narrowest window shows."""
_HEADROOM = 40
"""A growing chart's right end is rounded up by at most about this part of its width."""
_DECADES = 1e15
"""A logarithmic x spans no more."""
_HUGE = 1e300


class Viewport:
    """A window on an extent. A window that touches the newest end follows it."""

    def __init__(self) -> None:
        self._extent: tuple[float, float] | None = None
        self._kind, self._log = XAxis.STEP, False
        self._window: Window | None = None
        self._live = False
        self._narrowest = 0.0

    @property
    def is_zoomed(self) -> bool:
        return self._window is not None

    @property
    def follows(self) -> bool:
        """Whether the newest points are in sight."""
        return self._window is None or (self._extent is not None and self._window.high >= self._extent[1])

    def set_extent(
        self, extent: tuple[float, float] | None, kind: XAxis, *, log: bool, live: bool, points: int
    ) -> None:
        """Everything there is now. Another axis begins with all of it; a window that follows goes along.

        Args:
            points: how many points the longest plot has: the narrowest window holds a few of them.
        """
        follows = self.follows
        if (kind, log) != (self._kind, self._log) or extent is None:
            self._window = None
        before, self._extent, self._kind, self._log, self._live = self._extent, extent, kind, log, live
        if extent is None:
            return
        low, high = (max(-_HUGE, min(_HUGE, end)) for end in extent)
        if log:
            low = max(low, high / _DECADES)
        self._extent = (low, high)
        self._narrowest = max(_NARROWEST, min(0.5, 4 / max(1, points)))
        if self._window is not None and follows and before is not None and high > before[1] and not log:
            self._window = Window(self._window.low + high - before[1], self._window.high + high - before[1])

    def scale(self) -> Scale | None:
        """The window; None where there is nothing."""
        full = self._full()
        if full is None or self._window is None:
            return full
        return Scale(self._window.low, self._window.high, self._kind, self._log)

    def _full(self) -> Scale | None:
        if self._extent is None:
            return None
        low, high = self._extent
        if self._live and high > low and not self._log:
            # Rounded up a little, so that a growing line seldom moves what is drawn already.
            step = nice((high - low) / _HEADROOM)
            high = math.ceil(high / step - 1e-9) * step
        if not high > low:
            high = low * 2 if self._log else low + max(1.0, abs(low) * 1e-9)
        return Scale(low, high, self._kind, self._log)

    def zoom(self, factor: float, around: float | None) -> None:
        """Show so many times as much (below 1: less); the x ``around`` stays where it is.

        None: the newest end where it is followed, or else the middle.
        """
        now, full = self.scale(), self._full()
        if now is None or full is None:
            return
        share = 0.5 if not (self._live and self.follows) else 1.0
        if around is not None and 0 <= now.share(around) <= 1:
            share = now.share(around)
        left, right = share - share * factor, share + (1 - share) * factor
        self._show(now, full, left, right)

    def pan(self, by: float) -> None:
        """Move by a share of the width."""
        now, full = self.scale(), self._full()
        if now is None or full is None or self._window is None:
            return
        by = min(max(by, now.share(full.low)), now.share(full.high) - 1)
        self._window = Window(now.at(by), now.at(1 + by))

    def select(self, low: float, high: float) -> None:
        """Show from one x to another."""
        now, full = self.scale(), self._full()
        if now is not None and full is not None and low < high:
            self._show(now, full, now.share(low), now.share(high))

    def reveal(self, x: float) -> None:
        """Bring an x into sight."""
        now = self.scale()
        if now is not None and self._window is not None and not 0 <= now.share(x) <= 1:
            self.pan(now.share(x) - 0.5)

    def reset(self) -> None:
        """Show everything."""
        self._window = None

    def _show(self, now: Scale, full: Scale, left: float, right: float) -> None:
        """Shares of the present window, kept inside everything there is and no narrower than a few points."""
        first, last = now.share(full.low), now.share(full.high)
        least = (last - first) * self._narrowest
        if right - left < least:
            middle = (left + right) / 2
            left, right = middle - least / 2, middle + least / 2
        if right - left >= last - first:
            self._window = None
            return
        if left < first:
            left, right = first, right + first - left
        elif right > last:
            left, right = left - (right - last), last
        self._window = Window(now.at(left), full.high if right == last else now.at(right))
