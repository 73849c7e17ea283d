"""The watched run's charts: which of them are seen, how, and from where to where."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from textual.content import Content
from textual.events import Resize
from textual.geometry import Region
from textual.timer import Timer

from tuiapp.handlers.checkpoint_rows import CheckpointRow
from tuiapp.screens.main.chart_data import ChartData
from tuiapp.screens.reading.overlay import OverlayRun
from tuiapp.widgets.chart.chart_mouse import MouseCharts
from tuiapp.widgets.chart.choice import Group, is_regular
from tuiapp.widgets.chart.figure import Figure, MarkKind, Window
from tuiapp.widgets.chart.options import ChartOptions
from tuiapp.widgets.chart.styles import name_of
from tuiapp.widgets.chart.window import Viewport
from tuner.runs.metrics_view import MetricsView
from tuner.runs.series import XAxis
from tuner.runs.text_tail import inert

NO_ROWS_YET = "no metrics yet: the first row appears here as it is written"
NO_ROWS = "this run wrote no metrics: press Tab for its log"
_SLOW, _BRISK = 2.0, 0.4
"""Seconds between two repaints of a live chart, where the link is slow and where it is not: rows may come faster."""
_NAMES = {MarkKind.BEST: "best", MarkKind.CHECKPOINT: "checkpoint", MarkKind.EVALUATION: "evaluation"}


class ChartView(MouseCharts):
    """Shows figures of the data, the options and the window."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.data = ChartData()
        self.viewport = Viewport()
        self.options = ChartOptions()
        self.enlarged = False
        self.slow = False
        self._said = "reading…"
        self._groups: list[Group] = []
        self._first = 0
        self._shown_at = 0.0
        self._waiting: Timer | None = None

    # What there is to show

    def show_view(self, view: MetricsView, *, live: bool, run_id: str = "", label: str = "") -> None:
        """Show these metrics; ``live`` says whether more may come. Another ``run_id`` begins with all of its x."""
        if not self.data.runs or self.data.runs[0].run_id != run_id:
            self._begin()
        self.data.show(OverlayRun(run_id, label, view), live=live)
        self._said = NO_ROWS_YET if live else NO_ROWS
        if live:
            self._show_soon()
        else:
            self.show_charts()

    def show_overlay(self, runs: Sequence[OverlayRun]) -> None:
        """Draw these runs' metrics over the watched one's; none: only the watched one's."""
        self.data.show_overlay(runs)
        self.show_charts()

    def show_marks(self, rows: Sequence[CheckpointRow]) -> None:
        """Mark these checkpoints."""
        self.data.show_marks(rows)
        self.show_charts()

    def clear(self, text: str) -> None:
        """Show nothing but a text."""
        self.data.show(None, live=False)
        self._said = text
        self._begin()
        self.show_charts()

    def _begin(self) -> None:
        self.store.clear()
        self.viewport.reset()
        self._shown_at = 0.0

    def _show_soon(self) -> None:
        """At once where the last time is long ago, or else as soon as it is."""
        left = self._shown_at + (_SLOW if self.slow else _BRISK) - time.monotonic()
        if left <= 0:
            self.show_charts()
        elif self._waiting is None:
            self._waiting = self.set_timer(left, self.show_charts)

    # Which charts, and how

    @property
    def axis(self) -> XAxis:
        """The x there is: steps where the run has not what was chosen."""
        return self.options.axis if self.options.axis in self.data.axes else XAxis.STEP

    @property
    def groups(self) -> Sequence[Group]:
        """All charts there are, seen or not."""
        return self._groups

    @property
    def focused_chart(self) -> int:
        """The place of the chart that has the focus, among all."""
        return max(0, min(self.options.chart, len(self._groups) - 1))

    @property
    def focused_figure(self) -> Figure | None:
        """The chart that has the focus."""
        index = self.focused_chart - self._first
        return self._figures[index] if 0 <= index < len(self._figures) else None

    @property
    def pages(self) -> tuple[int, int]:
        """Which page is shown, from 0, and how many there are."""
        size = 1 if self.enlarged else self.capacity
        return self.focused_chart // size, -(-len(self._groups) // size)

    def choose(self, options: ChartOptions) -> None:
        """Draw with other options."""
        self.options = options
        self.show_charts()

    def go_to_chart(self, index: int) -> None:
        """Give a chart the focus, around the end; its page is shown."""
        if self._groups:
            self.choose(replace(self.options, chart=index % len(self._groups)))

    def next_page(self) -> bool:
        """Show the next page, around the end; whether there is another one."""
        page, pages = self.pages
        if pages > 1:
            size = 1 if self.enlarged else self.capacity
            self.go_to_chart((page + 1) % pages * size)
        return pages > 1

    def show_charts(self) -> None:
        """Make the figures, and draw what differs."""
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        self._shown_at = time.monotonic()
        self._groups = self.data.groups(self.options.pattern)
        size = 1 if self.enlarged else self.capacity
        self._first = self.focused_chart // size * size
        seen = self._groups[self._first : self._first + size]
        figures = [self.data.figure(g, self.options) for g in seen]
        log = self.options.log_x and self.axis is not XAxis.WALL
        extent = self.data.extent(self.axis, figures, log=log)
        self.viewport.set_extent(extent, self.axis, log=log, live=self.data.live, points=self.data.points)
        self.show_window(figures)

    def show_window(self, figures: Sequence[Figure] | None = None) -> None:
        """Draw the charts in the present window."""
        scale = self.viewport.scale()
        window = Window(scale.low, scale.high) if scale is not None else None
        made = [replace(f, window=window) for f in (self._figures if figures is None else figures)]
        self.show_figures(made, marked=self.focused_chart - self._first, empty=self._why_empty())
        self._entitle_pane(made)

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self.show_charts()

    def why_blank(self, figure: Figure) -> str:
        if figure.log_y and all(self.store.counts.of(p.key, p.series).not_positive for p in figure.plots):
            return "no value above 0 here: l for a linear y"
        if figure.log_x and figure.window is None:
            return "no point at x above 0: L for a linear x"
        return "no point here: 0 shows all" if self.viewport.is_zoomed else "no finite value yet"

    def _why_empty(self) -> str:
        if self.data.view is not None and self.data.view.names:
            return f"no metric matches {inert(self.options.pattern)}: f chooses others"
        return self._said

    # The border

    def _entitle_pane(self, figures: Sequence[Figure]) -> None:
        told = self.options.told()
        pattern = inert(self.options.pattern)
        if pattern:
            told.append(f"/{pattern}/" if is_regular(pattern) else f'"{pattern}"')
        if self.viewport.is_zoomed:
            told.append("zoomed, following" if self.data.live and self.viewport.follows else "zoomed")
        parts: list[tuple[str, str]] = [("Charts", "")]
        if self.data.is_overlaid:
            for run in self.data.runs:
                parts += [(" · ", ""), (f"{run.letter} ", name_of(run.colour)), (run.label, "")]
        parts += [(f" · {text}", "") for text in told]
        title = Content.assemble(*parts)
        if title != self._border_title:
            self._border_title = title  # setting border_title would draw all charts again, too
            self._send([Region(-1, -1, self.outer_size.width, 1)])
        kinds = {m.kind for f in figures for m in f.marks}
        marks = "  ".join(f"{k.value} {_NAMES[k]}" for k in reversed(MarkKind) if k in kinds)
        page, pages = self.pages
        turned = f"page {page + 1}/{pages} · m next" if pages > 1 else ""
        subtitle = Content(" · ".join(t for t in (marks, turned) if t))
        if subtitle != self._border_subtitle:
            self._border_subtitle = subtitle
            self._send([Region(-1, self.size.height, self.outer_size.width, 1)])
