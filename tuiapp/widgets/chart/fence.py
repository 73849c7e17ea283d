"""Blank columns between charts, which keep a change in one of them from being sent with its neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip
from textual.widget import Widget

from tuiapp.widgets.chart.grid_places import Place
from tuiapp.widgets.strips import base_of


class Fence(Widget):
    """A blank column left of a chart.

    Textual sends a line from the left end of its widget up to the last cell that changed, or from the last widget that
    stands in it: a change in a chart costs only that chart's cells so.
    """

    DEFAULT_CSS = """
    Fence { position: absolute; width: 1; height: 1; }
    """

    def stand(self, place: Place) -> None:
        """Left of a chart of that place."""
        self.styles.offset = (place.x - 1, place.y)
        self.styles.height = place.height

    def render_line(self, y: int) -> Strip:
        return Strip.blank(self.size.width, base_of(self))


def put_fences(grid: Widget, places: Sequence[Place]) -> None:
    """Make the grid's fences stand left of charts at these places; those that are not needed are hidden."""
    fences = list(grid.query(Fence))
    missing = [Fence() for _ in range(len(places) - len(fences))]
    if missing:
        grid.mount(*missing)
    for index, fence in enumerate([*fences, *missing]):
        fence.display = index < len(places)
        if fence.display:
            fence.stand(places[index])
