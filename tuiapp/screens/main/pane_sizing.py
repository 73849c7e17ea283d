"""Sizing the panes: dragging the border between two, by key, and back by a double click."""

from __future__ import annotations

from dataclasses import replace

from textual.events import MouseDown, MouseMove, MouseUp
from textual.widget import Widget

from tuiapp.screens.base import ActingScreen
from tuiapp.screens.main.pane_sizes import LOWEST, NARROWEST, Divider, PaneSizes, moved, shares_of
from tuiapp.screens.main.panes import Pane

_COLUMNS, _ROWS = 4, 2
"""How far a key moves a border."""
_TWICE = 0.5
"""Seconds within which a second click makes a double one."""
_STACK = (Pane.CHARTS, Pane.CHECKPOINTS, "bottom")


class PaneSizing(ActingScreen[None]):
    """Knows the sizes, and where the borders are; the arrangement says whether panes stand side by side at all."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes = PaneSizes()
        self._dragged: tuple[Divider, int, list[int]] | None = None
        self._clicked: tuple[Divider, float] | None = None
        self._styled: dict[tuple[str, str], int | str | None] = {}

    @property
    def side_by_side(self) -> bool:
        """Whether there are borders to move."""
        raise NotImplementedError

    def focused_pane(self) -> Pane | None:
        """The pane that has the focus."""
        raise NotImplementedError

    def sizes_changed(self) -> None:
        """Called once a change is over, to remember it."""
        raise NotImplementedError

    # Laying out

    def apply_sizes(self) -> None:
        """Give the panes their sizes; where one stands alone, those of the style sheet."""
        sizes = self.sizes if self.side_by_side else PaneSizes()
        wide = None if sizes.left is None else _within(sizes.left * self.size.width, self.size.width)
        for rule in ("width", "min_width", "max_width"):
            self._style("left", rule, wide)
        for name, share in zip(_STACK, sizes.rows or (None, None, None), strict=True):
            self._style(name, "height", None if share is None else f"{share}fr")
            self._style(name, "min_height", None if share is None else LOWEST)
        self._style(Pane.LOG, "width", None if sizes.log is None else f"{sizes.log}fr")
        self._style(Pane.CONFIG, "width", None if sizes.log is None else f"{round(1 - sizes.log, 4)}fr")

    def _style(self, name: str, rule: str, value: int | str | None) -> None:
        """Set a rule of a part where it is not so already: Textual lays the screen out anew even if nothing changes."""
        if self._styled.get((name, rule)) != value:
            self._styled[name, rule] = value
            setattr(self._part(name).styles, rule, value)

    def _move(self, divider: Divider, by: int, before: list[int] | None = None) -> None:
        """Move a border from where it was ``before`` (cells of the panes beside it), or from where it is."""
        before = before or self._cells(divider)
        if divider in {Divider.CHARTS, Divider.CHECKPOINTS}:
            heights = moved(before, 0 if divider is Divider.CHARTS else 1, by, LOWEST)
            first, second, third = shares_of(heights)
            self.sizes = replace(self.sizes, rows=(first, second, third))
        else:
            share = shares_of(moved(before, 0, by, NARROWEST))[0]
            beside_runs = divider is Divider.RUNS
            self.sizes = replace(self.sizes, left=share) if beside_runs else replace(self.sizes, log=share)
        self.apply_sizes()

    def _cells(self, divider: Divider) -> list[int]:
        if divider is Divider.RUNS:
            return [self._part(n).region.width for n in ("left", "right")]
        if divider is Divider.LOG:
            return [self._part(n).region.width for n in (Pane.LOG, Pane.CONFIG)]
        return [self._part(n).region.height for n in _STACK]

    def _part(self, name: str) -> Widget:
        return self.query_one(f"#{name}")

    # By key

    def action_grow_pane(self, wider: int, taller: int) -> None:
        """Make the focused pane wider or narrower (1, -1), or taller or lower."""
        pane = self.focused_pane()
        if not self.side_by_side or pane is None:
            self.say("⚠", "one pane has all the room", "leave the zoom first (z), or make the window wider")
            return
        if wider:
            inside = pane in {Pane.LOG, Pane.CONFIG}
            way = 1 if pane in {Pane.RUNS, Pane.LOG} else -1
            self._move(Divider.LOG if inside else Divider.RUNS, wider * way * _COLUMNS)
        elif pane is Pane.RUNS:
            self.say("⚠", "the run table has all the height there is", "Tab goes to another pane")
            return
        elif pane is Pane.CHARTS:
            self._move(Divider.CHARTS, taller * _ROWS)
        else:
            # Checkpoints grow downwards; what stands at the bottom can only grow upwards.
            self._move(Divider.CHECKPOINTS, taller * (1 if pane is Pane.CHECKPOINTS else -1) * _ROWS)
        self.sizes_changed()

    def action_reset_panes(self) -> None:
        """Back to the sizes of the first time."""
        self.sizes = PaneSizes()
        self.apply_sizes()
        self.sizes_changed()
        self.say("✓", "the panes have their first sizes again")

    # By mouse

    def divider_at(self, x: int, y: int) -> Divider | None:
        """The border that stands at a cell of the screen."""
        if not self.side_by_side or not self._part("body").region.contains(x, y):
            return None
        edge = self._part("right").region.x
        if x in {edge - 1, edge}:
            return Divider.RUNS
        for divider, below in ((Divider.CHARTS, Pane.CHECKPOINTS), (Divider.CHECKPOINTS, "bottom")):
            if y in {self._part(below).region.y - 1, self._part(below).region.y}:
                return divider
        edge = self._part(Pane.CONFIG).region.x
        return Divider.LOG if self._part("bottom").region.contains(x, y) and x in {edge - 1, edge} else None

    def on_mouse_down(self, event: MouseDown) -> None:
        divider = self.divider_at(*event.screen_offset)
        if divider is None:
            return
        if self._clicked is not None and self._clicked[0] is divider and event.time - self._clicked[1] < _TWICE:
            self._clicked = None
            self.action_reset_panes()
            return
        self._clicked = (divider, event.time)
        self._dragged = (divider, _along(divider, event), self._cells(divider))
        self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._dragged is not None and not self.tuner.slow_link:
            self._drag(event)

    def on_mouse_up(self, event: MouseUp) -> None:
        if self._dragged is not None:
            self._drag(event)
            self._dragged = None
            self.release_mouse()
            self.sizes_changed()

    def _drag(self, event: MouseMove | MouseUp) -> None:
        assert self._dragged is not None  # or there were nothing to drag
        divider, start, before = self._dragged
        by = _along(divider, event) - start
        if by or before != self._cells(divider):
            self._move(divider, by, before)


def _within(columns: float, width: int) -> int:
    return max(NARROWEST, min(width - NARROWEST, round(columns)))


def _along(divider: Divider, event: MouseDown | MouseMove | MouseUp) -> int:
    return event.screen_offset.x if divider in {Divider.RUNS, Divider.LOG} else event.screen_offset.y
