"""A Textual program with one chart over the whole screen: ours, or textual-plotext's, or textual-plot's.

    one_chart.py KIND frame POINTS     prints the milliseconds of a frame of 100×25 cells, drawn into strips
    one_chart.py KIND show POINTS      shows it; each key that is pressed draws other values

It runs with any Python that has Textual and the library of its kind: the peers' have an environment of their own.
"""

from __future__ import annotations

import asyncio
import math
import random
import statistics
import sys
import time
from array import array
from typing import Any

from textual.app import App, ComposeResult
from textual.events import Key
from textual.widget import Widget

FRAMES, OURS_FRAMES = 5, 60
COLOURED = "#6cb6ff"


def values(points: int, shift: int) -> array[float]:
    """A loss that falls, with noise that is another for each shift."""
    chance = random.Random(shift)
    return array("d", (2 * math.exp(-4 * i / points) + 0.3 + chance.gauss(0, 0.06) for i in range(points)))


class OneChart(App[None]):
    """``change`` draws other values."""

    CSS = "Screen { background: #12151b; color: #d6dbe3; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, kind: str, points: int) -> None:
        super().__init__()
        self.kind, self.points, self.shift = kind, points, 0
        self.x = array("d", range(points))
        self.ready = [values(points, shift) for shift in range(3)]

    def compose(self) -> ComposeResult:
        yield _widget(self.kind)

    def on_mount(self) -> None:
        self.call_after_refresh(self.change)

    def on_key(self, event: Key) -> None:
        self.change()

    def change(self) -> None:
        self.shift += 1
        self.draw(self.shift)

    def draw(self, shift: int) -> None:
        widget: Any = self.screen.children[0]
        y = self.ready[shift % len(self.ready)]
        if self.kind == "ours":
            from tuiapp.widgets.chart.figure import Figure, Plot
            from tuner.runs.series import Series

            series = Series(self.x, y, shift)
            widget.show_figures([Figure([Plot("loss", "loss", "loss", series)])], marked=0, empty="")
        elif self.kind == "plotext":
            widget.plt.clear_figure()
            widget.plt.plot(self.x, y, marker="braille", color=(108, 182, 255))
            widget.refresh()
        else:
            from textual_plot import HiResMode

            widget.clear()
            widget.plot(self.x, y, line_style=COLOURED, hires_mode=HiResMode.BRAILLE)

    def frame(self, shift: int) -> float:
        """Seconds of the processor to draw values into the strips of the screen: the machine may have other work."""
        began = time.process_time()
        self.draw(shift)
        if self.kind == "plot":
            plot: Any = self.screen.children[0]
            plot._render_plot()
        for widget in self.screen.walk_children(Widget):
            widget._styles_cache.clear()
            widget.render_lines(widget.size.region)
        return time.process_time() - began


def _widget(kind: str) -> Widget:
    if kind == "ours":
        from tuiapp.widgets.chart.chart_grid import ChartGrid

        return ChartGrid()
    if kind == "plotext":
        from textual_plotext import PlotextPlot

        return PlotextPlot()
    from textual_plot import PlotWidget

    return PlotWidget()


async def _frames(kind: str, points: int) -> None:
    app = OneChart(kind, points)
    async with app.run_test(size=(100, 25)) as pilot:
        await pilot.pause()
        count = OURS_FRAMES if kind == "ours" else FRAMES
        new = [app.frame(shift) for shift in range(count)]
        again = [app.frame(1) for _ in range(count)][1:]
        print(statistics.median(new) * 1000, statistics.median(again) * 1000)


if __name__ == "__main__":
    if sys.argv[2] == "frame":
        asyncio.run(_frames(sys.argv[1], int(sys.argv[3])))
    else:
        OneChart(sys.argv[1], int(sys.argv[3])).run()
