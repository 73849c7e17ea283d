"""Charts: metrics, smoothing, axes, zoom, cursor, overlay."""

from __future__ import annotations

from tuiapp.actions.model import Action, Need, Where

CHARTS: tuple[Action, ...] = (
    Action(
        "chart.metric", "Metric", "Show the next metrics in the second chart.", "m", Where.MAIN, "next_metric", Need.RUN
    ),
)
