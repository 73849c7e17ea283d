"""The cursor in the charts: it stands on a step of the watched run, the same in all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from textual.message import Message

from tuiapp.screens.main.chart_view import ChartView

_JUMP = 0.1
"""The share of the window that a jump goes over."""


class ChartCursor(ChartView):
    """Charts with a cursor, moved by keys along the focused chart's own steps, or by the mouse."""

    @dataclass(eq=False, repr=False)
    class CursorMoved(Message):
        """The cursor was put on a step of the watched run, or taken away."""

        step: int | None

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._step: int | None = None

    @property
    def cursor_step(self) -> int | None:
        """Where the cursor stands."""
        return self._step

    @property
    def last_step(self) -> int | None:
        """The last step of the watched run."""
        return self.data.view.last_step if self.data.view is not None else None

    def set_cursor(self, step: int | None) -> None:
        """Put the cursor on a step without telling anyone."""
        self._step = step
        self._place_cursor()

    def _place_cursor(self) -> None:
        self.show_cursor(self.data.x_of(self._step, self.axis) if self._step is not None else None)

    def _move_to(self, step: int | None) -> None:
        if step is not None:
            x = self.data.x_of(step, self.axis)
            if x is not None and self.viewport.is_zoomed:
                self.viewport.reveal(x)
                self.show_window()
        if step != self._step:
            self.set_cursor(step)
            self.post_message(self.CursorMoved(step))

    def _move_by(self, count: int) -> None:
        figure, scale = self.focused_figure, self.viewport.scale()
        steps = self.data.steps_of(figure) if figure is not None else ()
        if not len(steps) or scale is None:
            return
        if self._step is None:
            last = self.data.step_at(scale.high, self.axis)
            index = bisect_right(steps, last if last is not None else steps[-1]) - 1
        else:
            near = bisect_left(steps, self._step) if count < 0 else bisect_right(steps, self._step) - 1
            index = near + count
        self._move_to(int(steps[max(0, min(len(steps) - 1, index))]))

    def action_cursor_left(self) -> None:
        self._move_by(-1)

    def action_cursor_right(self) -> None:
        self._move_by(1)

    def action_jump_left(self) -> None:
        self._jump(-_JUMP)

    def action_jump_right(self) -> None:
        self._jump(_JUMP)

    def _jump(self, by: float) -> None:
        scale = self.viewport.scale()
        x = self.data.x_of(self._step, self.axis) if self._step is not None else None
        if scale is None or x is None:
            self._move_by(0)
        else:
            self._move_to(self.data.step_at(scale.at(scale.share(x) + by), self.axis))

    def action_cursor_first(self) -> None:
        self._go_to_end(0)

    def action_cursor_last(self) -> None:
        self._go_to_end(-1)

    def _go_to_end(self, index: int) -> None:
        figure = self.focused_figure
        steps = self.data.steps_of(figure) if figure is not None else ()
        if len(steps):
            self._move_to(int(steps[index]))

    def pointed(self, panel: int, x: float | None, *, clicked: bool) -> None:
        if clicked:
            self.go_to_chart(self._first + panel)
        if clicked and x is not None:
            self._move_to(self.data.step_at(x, self.axis))
        elif self.slow:
            return
        elif x is None:
            self._place_cursor()
        else:
            step = self.data.step_at(x, self.axis)
            self.show_cursor(self.data.x_of(step, self.axis) if step is not None else None)
