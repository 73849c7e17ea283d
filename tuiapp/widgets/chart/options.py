"""How charts are drawn: what is chosen once holds for all of them, and is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from tuner.runs.series import XAxis

WEIGHTS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99, 0.995)
_LONGEST_PATTERN = 500


@dataclass(frozen=True)
class ChartOptions:
    """``pattern``: a regular expression that metrics' names are chosen by, "" for the telling ones first, then all.
    ``chart``: which of them has the focus."""

    smoothing: float = 0.0
    log_x: bool = False
    log_y: bool = False
    clip: bool = False
    axis: XAxis = XAxis.STEP
    pattern: str = ""
    chart: int = 0

    @classmethod
    def from_section(cls, kept: Mapping[str, object]) -> ChartOptions:
        """Out of what was remembered; whatever is not understood is as it is at first."""
        weight, chart, pattern, axis = (kept.get(n) for n in ("smoothing", "chart", "pattern", "axis"))
        return cls(
            smoothing=weight if isinstance(weight, float) and weight in WEIGHTS else 0.0,
            log_x=kept.get("log_x") is True,
            log_y=kept.get("log_y") is True,
            clip=kept.get("clip") is True,
            axis=next((a for a in XAxis if a.value == axis), XAxis.STEP),
            pattern=pattern[:_LONGEST_PATTERN] if isinstance(pattern, str) else "",
            chart=chart if isinstance(chart, int) and not isinstance(chart, bool) and 0 <= chart < 10_000 else 0,
        )

    def section(self) -> dict[str, object]:
        """What is remembered."""
        return {**asdict(self), "axis": self.axis.value}

    def smoother(self, by: int) -> ChartOptions:
        """The next weight, up (1) or down (-1)."""
        at = min(range(len(WEIGHTS)), key=lambda i: abs(WEIGHTS[i] - self.smoothing)) + by
        return replace(self, smoothing=WEIGHTS[max(0, min(len(WEIGHTS) - 1, at))])

    def told(self) -> list[str]:
        """What differs from the plain chart, in words."""
        return [
            *([f"by {self.axis.value}"] if self.axis is not XAxis.STEP else []),
            *([f"smoothed {self.smoothing:g}"] if self.smoothing else []),
            *(["log x"] if self.log_x and self.axis is not XAxis.WALL else []),
            *(["log y"] if self.log_y else []),
            *(["outliers clipped"] if self.clip else []),
        ]
