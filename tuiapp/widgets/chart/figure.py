"""What one chart shows: no widget, no colour, no cells yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tuiapp.widgets.chart.scale import Scale
from tuner.runs.series import Series, XAxis


class MarkKind(StrEnum):
    """What is marked on the x axis; the value is its glyph. Later ones win a cell over earlier ones."""

    EVALUATION = "◆"
    CHECKPOINT = "▲"
    BEST = "★"


@dataclass(frozen=True)
class Mark:
    """A checkpoint or an evaluation at an x."""

    x: float
    kind: MarkKind


@dataclass(frozen=True)
class Plot:
    """One metric of one run.

    Attributes:
        key: tells it apart from all others that may ever be shown: what is kept of it is kept under this.
        name: the metric's name in the log.
        label: what the legend calls it, inert.
        line: values are joined.
        points: each value is a ◆.
        letter: stands in the legend and at the line's end, so that lines are told apart without colour.
        colour: its place in the palette.
    """

    key: str
    name: str
    label: str
    series: Series
    line: bool = True
    points: bool = False
    letter: str = ""
    colour: int = 0


@dataclass(frozen=True)
class Band:
    """The healthy range of a metric."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:g}–{self.high:g}"


@dataclass(frozen=True)
class Window:
    """The part of x that is seen."""

    low: float
    high: float


@dataclass(frozen=True)
class Figure:
    """Plots over one x.

    Attributes:
        title: said before the plots, where their labels do not say it.
        smoothing: 0 is none, up to below 1.
        raw: what was measured is drawn faintly behind what is smoothed.
        window: None shows all.
        clip: the y range holds the 1st to the 99th percentile only.
    """

    plots: Sequence[Plot] = ()
    title: str = ""
    marks: Sequence[Mark] = ()
    axis: XAxis = XAxis.STEP
    smoothing: float = 0.0
    raw: bool = True
    log_x: bool = False
    log_y: bool = False
    clip: bool = False
    percent: bool = False
    band: Band | None = None
    window: Window | None = None

    def weight(self, plot: Plot) -> float:
        """How much a plot is smoothed: evaluations are few, and never are."""
        return self.smoothing if plot.line and not plot.points else 0.0


@dataclass(frozen=True)
class Notes:
    """What a chart leaves out, counted."""

    nan: int = 0
    infinite: int = 0
    not_positive: int = 0
    """Values that a logarithmic y has no place for."""
    x_not_positive: int = 0
    beyond: int = 0
    """Values outside a clipped range."""

    def told(self) -> list[str]:
        return [
            *([f"{self.nan} NaN"] if self.nan else []),
            *([f"{self.infinite} infinite"] if self.infinite else []),
            *([f"{_values(self.not_positive)} ≤ 0 left out"] if self.not_positive else []),
            *([f"{_values(self.x_not_positive)} at x ≤ 0 left out"] if self.x_not_positive else []),
            *([f"{self.beyond} beyond"] if self.beyond else []),
        ]


@dataclass
class Drawing:
    """A figure as lines of pieces, and where things stand in them.

    Attributes:
        left: cells left of the plot.
        dots: columns of dots that carry x.
        scale: which x stands where in them.
        shaded: the first and the last line inside the healthy range; empty where they are the wrong way around.
    """

    lines: list[list[tuple[str, int]]] = field(default_factory=list)
    left: int = 0
    dots: int = 0
    scale: Scale | None = None
    notes: Notes = Notes()
    shaded: tuple[int, int] = (0, -1)


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"
