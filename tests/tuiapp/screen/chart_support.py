"""Small figures for the charts' tests, and what they look like as text."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from tuiapp.widgets.chart.drawing import draw
from tuiapp.widgets.chart.figure import Figure, Plot
from tuiapp.widgets.chart.line_store import LineStore
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow
from tuner.runs.metrics_view import MetricsView
from tuner.runs.series import Series


def series(values: Sequence[float], x: Sequence[float] | None = None) -> Series:
    """Values at the steps 1, 2, 3, …"""
    return Series(array("d", x if x is not None else range(1, len(values) + 1)), array("d", values))


def plot(values: Sequence[float], x: Sequence[float] | None = None, name: str = "loss", **fields: object) -> Plot:
    return Plot(name, name, name, series(values, x), **fields)  # type: ignore[arg-type]


def one(values: Sequence[float], **fields: object) -> Figure:
    """A figure of one line."""
    return Figure([plot(values)], **fields)  # type: ignore[arg-type]


def plain(figure: Figure, width: int = 60, height: int = 12, store: LineStore | None = None) -> list[str]:
    """The lines as text."""
    drawing = draw(figure, width, height, store or LineStore())
    return ["".join(text for text, _ in line) for line in drawing.lines]


def view_of(rows: Sequence[dict[str, float]]) -> MetricsView:
    """A view of rows, each with its step."""
    history = MetricHistory()
    for row in rows:
        values = {k: float(v) for k, v in row.items() if k != "step"}
        history.add(MetricRow(int(row["step"]), values))
    return MetricsView.of(history)
