"""The line above a chart: what is drawn, its value at the cursor or the newest one, and what is left out."""

from __future__ import annotations

import math
from bisect import bisect_right

from tuiapp.widgets.chart.figure import Figure, Notes, Plot
from tuiapp.widgets.chart.line_store import LineStore
from tuiapp.widgets.chart.styles import ChartStyles
from tuiapp.widgets.strips import Part, clip, width_of
from tuiapp.widgets.wording import metric
from tuner.runs.series import Series

_LINE, _POINT = "━", "◆"
_LOOK_BACK = 10_000
"""Values at the end among which a finite one is looked for."""


def legend(
    figure: Figure, notes: Notes, store: LineStore, styles: ChartStyles, width: int, at: float | None, marker: str
) -> list[Part]:
    """The line in ``width`` cells; ``at`` is the cursor's x, ``marker`` stands first where the chart has the focus."""
    left = _left(figure, store, styles, at, marker, both=figure.raw)
    if width_of(left) > width:
        left = _left(figure, store, styles, at, marker, both=False)
    right = _told(figure, notes, styles)
    while right and width_of(right) + min(width // 2, width_of(left)) > width:
        right = right[:-1]
    kept = clip(_stripped(left), max(0, width - width_of(right) - (1 if right else 0)))
    return [*kept, (" " * (width - width_of(kept) - width_of(right)), styles.muted), *right]


def _left(
    figure: Figure, store: LineStore, styles: ChartStyles, at: float | None, marker: str, *, both: bool
) -> list[Part]:
    """Names and values; ``both``: what was measured beside what is smoothed."""
    left: list[Part] = [(f"{marker} ", styles.focus)] if marker else []
    name = styles.strong if marker.strip() else styles.text
    if figure.title:
        left.append((f"{figure.title}  ", name))
    for plot in figure.plots:
        glyph = plot.letter or (_LINE if plot.line and not plot.points else _POINT)
        left.append((f"{glyph} ", styles.line(plot.colour)))
        if plot.label:
            left.append((f"{plot.label} ", name))
        weight = figure.weight(plot)
        told = [_value(plot, plot.series, at)] if both or not weight else []
        told += [f"≈{_value(plot, store.smoothed(plot, weight), at)}"] if weight else []
        left.append((f"{' '.join(told)}  ", styles.muted))
    return left


def value_at(series: Series, x: float) -> float | None:
    """The value at x, or the last one before it; None before the first."""
    index = bisect_right(series.x, x) - 1
    return series.y[index] if index >= 0 else None


def newest(series: Series) -> float | None:
    """The newest finite value."""
    for index in range(len(series) - 1, max(-1, len(series) - 1 - _LOOK_BACK), -1):
        if math.isfinite(series.y[index]):
            return series.y[index]
    return None


def _value(plot: Plot, series: Series, at: float | None) -> str:
    value = value_at(series, at) if at is not None else newest(series)
    if value is None or math.isfinite(value):
        return metric(plot.name, value)
    return "NaN" if math.isnan(value) else ("∞" if value > 0 else "-∞")


def _told(figure: Figure, notes: Notes, styles: ChartStyles) -> list[Part]:
    told = [(text, styles.warning) for text in notes.told()]
    if figure.band is not None:
        told.append((f"┈ healthy {figure.band}", styles.muted))
    parts: list[Part] = []
    for text, style in told:
        parts += [(" · " if parts else "", styles.faint), (text, style)]
    return [p for p in parts if p[0]]


def _stripped(parts: list[Part]) -> list[Part]:
    """Without the blanks at the end."""
    if not parts:
        return parts
    text, style = parts[-1]
    return [*parts[:-1], (text.rstrip(), style)]
