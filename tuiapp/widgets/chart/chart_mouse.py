"""What the mouse does on charts: hover and click set the cursor, wheel zooms and pans, a drag selects a range."""

from __future__ import annotations

from textual.events import (
    Click,
    Leave,
    MouseDown,
    MouseEvent,
    MouseMove,
    MouseScrollDown,
    MouseScrollLeft,
    MouseScrollRight,
    MouseScrollUp,
    MouseUp,
)

from tuiapp.widgets.chart.chart_grid import ChartGrid

_DRAGGED = 2
"""Cells that the mouse has to move, or it was a click."""
_ZOOM, _PAN = 0.8, 0.1


class MouseCharts(ChartGrid):
    """Tells by methods, which a subclass fills in; ``x`` is in the chart's own units."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._pressed: tuple[int, int] | None = None

    def pointed(self, panel: int, x: float | None, *, clicked: bool) -> None:
        """The mouse stands over an x of a chart, or was clicked there; None where it left."""

    def wheel_zoomed(self, factor: float, x: float) -> None:
        """Show so many times as much, around x."""

    def wheel_panned(self, by: float) -> None:
        """Move by a share of the width."""

    def range_selected(self, low: float, high: float) -> None:
        """Show from one x to another."""

    def reset_asked(self) -> None:
        """Show everything."""

    def _under(self, event: MouseEvent) -> tuple[int, int] | None:
        """The chart under the mouse and the cell in it."""
        at = event.get_content_offset(self)
        panel = self.panel_at(at.x, at.y) if at is not None else None
        return (panel, at.x - self.panels[panel].place.x) if panel is not None and at is not None else None

    def on_mouse_down(self, event: MouseDown) -> None:
        if event.button == 1:
            self._pressed = self._under(event)
            if self._pressed is not None:
                self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._pressed is not None:
            self.show_selection(self._pressed[0], self._dragged(event))
            return
        under = self._under(event)
        if under is None:
            self.pointed(0, None, clicked=False)
        else:
            self.pointed(under[0], self.panels[under[0]].x_at(under[1]), clicked=False)

    def on_mouse_up(self, event: MouseUp) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            return
        self.release_mouse()
        self._pressed = pressed
        cells = self._dragged(event)
        self._pressed = None
        self.show_selection(pressed[0], None)
        if cells is not None and pressed[0] < len(self.panels):
            low, high = (self.panels[pressed[0]].x_at(cell) for cell in cells)
            if low is not None and high is not None:
                self.range_selected(low, high)

    def on_click(self, event: Click) -> None:
        under = self._under(event)
        if under is None:
            return
        if event.chain == 2:
            self.reset_asked()
        elif event.chain == 1:
            self.pointed(under[0], self.panels[under[0]].x_at(under[1]), clicked=True)

    def on_leave(self, event: Leave) -> None:
        self.pointed(0, None, clicked=False)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._wheel(event, -1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._wheel(event, 1)

    def on_mouse_scroll_left(self, event: MouseScrollLeft) -> None:
        event.stop()
        self.wheel_panned(-_PAN)

    def on_mouse_scroll_right(self, event: MouseScrollRight) -> None:
        event.stop()
        self.wheel_panned(_PAN)

    def _wheel(self, event: MouseEvent, way: int) -> None:
        event.stop()
        under = self._under(event)
        if event.shift or event.ctrl:
            self.wheel_panned(_PAN * way)
        elif under is not None:
            x = self.panels[under[0]].x_at(under[1])
            if x is not None:
                self.wheel_zoomed(_ZOOM if way < 0 else 1 / _ZOOM, x)

    def _dragged(self, event: MouseEvent) -> tuple[int, int] | None:
        """The cells between where the button went down and the mouse, inside the chart; None where it hardly moved."""
        if self._pressed is None or self._pressed[0] >= len(self.panels):
            return None
        panel = self.panels[self._pressed[0]]
        here = event.x - self.content_offset.x - panel.place.x
        low, high = sorted((self._pressed[1], here))
        if high - low < _DRAGGED:
            return None
        return max(panel.drawing.left, low), min(panel.place.width - 1, high)
