"""Metrics as a picture (PNG, SVG), drawn as the terminal does: raw faint, smoothed strong, evaluations as points.

matplotlib is used without its pyplot, so that nothing depends on a display, on a thread or on what was drawn before.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from tuner.runs.export_library import needs
from tuner.runs.export_lines import Line, Panel, panels_of
from tuner.runs.series import XAxis
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.typing import ColorType, RcKeyType

    from tuner.runs.metrics_view import MetricsView

_COLOURS = ("#0a63c2", "#c2570a", "#1a7f45", "#7a3fb8", "#b3261e", "#8a6d00", "#00838f", "#ad1457")
_TEXT, _FAINT, _GRID = "#1d232b", "#5c6570", "#e4e6e8"
_STYLE: dict[RcKeyType, object] = {
    "figure.facecolor": "#ffffff", "axes.facecolor": "#ffffff", "savefig.facecolor": "#ffffff",
    "text.usetex": False, "text.parse_math": False, "font.size": 10.0,
    "axes.unicode_minus": True, "date.converter": "concise", "svg.fonttype": "path", "path.simplify": True,
    "axes.formatter.use_mathtext": False,
}  # fmt: skip
_OTHER_SCRIPTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans",
    "Arial Unicode MS",
    "PingFang SC",
    "Hiragino Sans",
)
_DPI = 144
_STARS = 70
_PANEL = (6.4, 3.6)
"""Inches of one panel."""


@dataclass(frozen=True, slots=True)
class ChartRun:
    """A run to draw. ``best_step`` is its best checkpoint's, None where it has none."""

    label: str
    view: MetricsView
    best_step: int | None = None


@dataclass(frozen=True, slots=True)
class ChartRequest:
    """What is drawn: metric names, over which x, smoothed by how much (0 to below 1), on which y."""

    names: Sequence[str]
    axis: XAxis = XAxis.STEP
    smoothing: float = 0.0
    log_y: bool = False
    title: str = ""


def write_chart(out: BinaryIO, runs: Sequence[ChartRun], request: ChartRequest, picture: str) -> None:
    """Draw the runs' metrics into a file; ``picture`` is "png" or "svg". A panel for each metric and its evaluation.

    Raises:
        BackendError: matplotlib is not installed.
        ConfigurationError: there is nothing to draw, or too much for one picture.
    """
    panels = panels_of([(r.label, r.view, r.best_step) for r in runs], request.names, request.axis, request.smoothing)
    with needs("matplotlib"):
        import matplotlib
        from matplotlib.figure import Figure

    with warnings.catch_warnings(), matplotlib.rc_context({**_STYLE, "font.family": _fonts()}):
        warnings.simplefilter("ignore")  # a letter that the font lacks is drawn as a box, not told on stderr
        columns = 1 if len(panels) == 1 else 2 if len(panels) <= 6 else 3
        rows = math.ceil(len(panels) / columns)
        width, height = _PANEL if len(panels) > 1 else (9.0, 5.2)
        figure = Figure(figsize=(width * columns, height * rows + 0.5), dpi=_DPI, layout="constrained")
        drawn: dict[int, Line2D] = {}
        for index, panel in enumerate(panels):
            handles = _draw(figure.add_subplot(rows, columns, index + 1), panel, request, len(runs))
            for line, handle in zip(panel.lines, handles, strict=True):
                drawn.setdefault(line.run, handle)
        if len(runs) > 1:  # one legend for the picture: a run has the same colour in every panel
            _legend(figure, [drawn[i] for i in sorted(drawn)], [runs[i].label for i in sorted(drawn)])
        if request.title:
            title = inert(request.title)
            figure.suptitle(title, x=0.01, ha="left", fontsize=12, color=_TEXT, fontweight="bold")
        metadata = {"Date": None, "Creator": "Tuner"} if picture == "svg" else {"Software": "Tuner"}
        figure.savefig(out, format=picture, metadata=metadata)


def _minor_label(value: float, low: float, high: float) -> str:
    """Ticks between powers of ten are labelled where there are few of those."""
    first = f"{value:e}"[0]
    return f"{value:g}" if low > 0 and high / low < 100 and first in "235" else ""


def _fonts() -> list[str]:
    """matplotlib's own font, and for letters it lacks those of other scripts that this machine has."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in _OTHER_SCRIPTS if name in installed)]


def _draw(axes: Axes, panel: Panel, request: ChartRequest, runs: int) -> list[Line2D]:
    handles = [_draw_line(axes, line, alone=runs == 1) for line in panel.lines]
    if panel.dates:
        axes.xaxis_date("UTC")
    if request.log_y:
        axes.set_yscale("log", nonpositive="mask")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")  # plain numbers: 0.3, not a power of ten
        axes.yaxis.set_minor_formatter(lambda value, _: _minor_label(value, *axes.get_ylim()))
    axes.set_title(inert(panel.title), loc="left", fontsize=10.5, color=_TEXT, fontweight="bold")
    axes.set_xlabel(panel.x_label, color=_FAINT, fontsize=9)
    axes.tick_params(which="both", colors=_FAINT, labelsize=9, length=3)
    axes.grid(True, color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.margins(x=0.01)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#b4bac2")
    for line, handle in zip(panel.lines, handles, strict=True):
        if line.best_x is not None:
            _mark_best(axes, line.best_x, handle.get_color())
    if runs == 1 and len(panel.lines) > 1:
        texts = [_told(line.label) for line in panel.lines]
        axes.legend(handles, texts, fontsize=8.5, frameon=False, labelcolor=_TEXT)
    return handles


def _draw_line(axes: Axes, line: Line, *, alone: bool) -> Line2D:
    """The raw line, and the smoothed one over it; what stands for it in a legend is returned."""
    colour = _COLOURS[(line.run if not alone else int(line.points)) % len(_COLOURS)]
    if line.points:
        (handle,) = axes.plot(
            line.x, line.y, color=colour, linewidth=0.9, linestyle=":", marker="D", markersize=4.2, zorder=3
        )
        return handle
    if line.smoothed is None:
        (handle,) = axes.plot(line.x, line.y, color=colour, linewidth=1.5)
        return handle
    axes.plot(line.x, line.y, color=colour, linewidth=1.0, alpha=0.28)
    (handle,) = axes.plot(*line.smoothed, color=colour, linewidth=1.8, zorder=2.5)
    return handle


def _mark_best(axes: Axes, x: float, colour: ColorType) -> None:
    """A star on the axis below the best checkpoint, in the run's colour."""
    axes.axvline(x, color=colour, linewidth=0.8, linestyle="--", alpha=0.6, zorder=1)
    axes.scatter(
        [x], [0.0], marker="*", s=_STARS, color=colour, zorder=5, transform=axes.get_xaxis_transform(), clip_on=False
    )


def _legend(figure: Figure, handles: Sequence[Line2D], labels: Sequence[str]) -> None:
    figure.legend(
        handles, [_told(label) for label in labels], loc="outside lower left", ncols=min(4, len(handles)),
        fontsize=9, frameon=False, labelcolor=_TEXT,
    )  # fmt: skip


def _told(label: str) -> str:
    """A legend's text: matplotlib leaves out one that begins with an underscore, so a space stands before it."""
    text = inert(label)
    return f" {text}" if text.startswith("_") else text
