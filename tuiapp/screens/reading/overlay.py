"""A marked run whose metrics are drawn over those of the watched one."""

from __future__ import annotations

from dataclasses import dataclass

from tuner.runs.metrics_view import MetricsView


@dataclass(frozen=True)
class OverlayRun:
    """``label`` is what the legend calls it."""

    run_id: str
    label: str
    view: MetricsView
