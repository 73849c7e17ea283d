"""The charts of the watched run, and what keys and mouse do to them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual.actions import SkipAction
from textual.message import Message

from tuiapp.actions import Where
from tuiapp.messages import Told
from tuiapp.screens.main.chart_copy import values_text, window_text
from tuiapp.screens.main.chart_cursor import ChartCursor
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.chart.options import ChartOptions
from tuiapp.widgets.chart.pattern_field import PatternField
from tuner.runs.series import XAxis

_SECTION = "charts"
_ZOOM, _PAN = 0.6, 0.25


class WatchPane(ChartCursor):
    """As many charts as there is room for; what is chosen holds for all and is remembered."""

    DEFAULT_CSS = """
    WatchPane { height: 1fr; }
    """
    BINDINGS = bindings_for(Where.CHARTS)

    @dataclass(eq=False, repr=False)
    class Enlarged(Message):
        """One chart shall have the whole screen, or give it back."""

        on: bool

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._before = ""

    def on_mount(self) -> None:
        from tuiapp.app import TunerApp

        if isinstance(self.app, TunerApp):
            self.options = ChartOptions.from_section(self.app.session.read(_SECTION))
            self.slow = self.app.slow_link

    def choose(self, options: ChartOptions) -> None:
        from tuiapp.app import TunerApp

        super().choose(options)
        self._place_cursor()
        if isinstance(self.app, TunerApp):
            self.app.session.keep(_SECTION, options.section())

    # For all charts: each returns what it is now, in words

    def smooth(self, by: int) -> str:
        """Smooth more (1) or less (-1)."""
        self.choose(self.options.smoother(by))
        return f"smoothing {self.options.smoothing:g}" if self.options.smoothing else "not smoothed"

    def toggle_log_y(self) -> str:
        self.choose(replace(self.options, log_y=not self.options.log_y))
        return "y is logarithmic" if self.options.log_y else "y is linear"

    def toggle_log_x(self) -> str:
        self.choose(replace(self.options, log_x=not self.options.log_x))
        if self.options.log_x and self.axis is XAxis.WALL:
            return "wall time is never logarithmic; another axis will be"
        return "x is logarithmic" if self.options.log_x else "x is linear"

    def next_axis(self) -> str:
        """The next x of those that the run has."""
        axes = list(self.data.axes)
        if len(axes) < 2:
            return "this run has no other axis than the step"
        axis = axes[(axes.index(self.axis) + 1) % len(axes)]
        self.choose(replace(self.options, axis=axis))
        return f"x is {axis.value}"

    def turn_page(self) -> str:
        if not self.next_page():
            return "all charts are shown"
        page, pages = self.pages
        return f"page {page + 1} of {pages}"

    # The window

    def action_zoom_in(self) -> None:
        self._zoom(_ZOOM)

    def action_zoom_out(self) -> None:
        self._zoom(1 / _ZOOM)

    def _zoom(self, factor: float) -> None:
        x = self.data.x_of(self._step, self.axis) if self._step is not None else None
        self.viewport.zoom(factor, x)
        self.show_window()

    def action_pan_left(self) -> None:
        self.wheel_panned(-_PAN)

    def action_pan_right(self) -> None:
        self.wheel_panned(_PAN)

    def action_show_all(self) -> None:
        self.viewport.reset()
        self.show_window()

    def wheel_zoomed(self, factor: float, x: float) -> None:
        self.viewport.zoom(factor, x)
        self.show_window()

    def wheel_panned(self, by: float) -> None:
        self.viewport.pan(by)
        self.show_window()

    def range_selected(self, low: float, high: float) -> None:
        self.viewport.select(low, high)
        self.show_window()

    def reset_asked(self) -> None:
        self.action_show_all()

    # The chart that has the focus

    def action_previous_chart(self) -> None:
        self.go_to_chart(self.focused_chart - 1)

    def action_next_chart(self) -> None:
        self.go_to_chart(self.focused_chart + 1)

    def action_enlarge(self) -> None:
        self.enlarged = not self.enlarged
        self.post_message(self.Enlarged(self.enlarged))
        self.show_charts()

    def action_clip(self) -> None:
        self.choose(replace(self.options, clip=not self.options.clip))
        self.post_message(Told("y spans the 1st to the 99th percentile" if self.options.clip else "y spans all values"))

    def action_leave_chart(self) -> None:
        """What was opened last ends first; nothing to end is left to the screen."""
        if self._field is not None:
            self._end_choosing(self._before)
        elif self.enlarged:
            self.action_enlarge()
        elif self._step is not None:
            self._move_to(None)
        else:
            raise SkipAction

    # Choosing metrics

    @property
    def _field(self) -> PatternField | None:
        found = self.query(PatternField)
        return found.first() if found else None

    @property
    def room(self) -> tuple[int, int]:
        width, height = super().room
        return width, max(0, height - (self._field is not None))

    def action_choose_metrics(self) -> None:
        if self._field is None:
            self._before = self.options.pattern
            field = PatternField(self.options.pattern)
            self.mount(field)
            field.focus()
            self.show_charts()

    def on_pattern_field_typed(self, event: PatternField.Typed) -> None:
        event.stop()
        if event.done:
            self._end_choosing(event.pattern)
        elif event.pattern != self.options.pattern:
            self.choose(replace(self.options, pattern=event.pattern, chart=0))

    def _end_choosing(self, pattern: str) -> None:
        field = self._field
        self.focus()
        if field is not None:
            field.remove()
        if pattern != self.options.pattern:
            self.choose(replace(self.options, pattern=pattern, chart=0))
        self.call_after_refresh(self.show_charts)

    # Copying

    def action_copy_values(self) -> None:
        self._copy(values_text(self.data, self.focused_figure, self._step, self.axis))

    def action_copy_window(self) -> None:
        scale = self.viewport.scale()
        self._copy(window_text(self.data, self.focused_figure, scale, self.axis) if scale is not None else ("", ""))

    def _copy(self, made: tuple[str, str]) -> None:
        from tuiapp.app import TunerApp

        text, told = made
        if text and isinstance(self.app, TunerApp):
            self.app.copy_text(text)
        self.post_message(Told(told or "there is nothing to copy"))
