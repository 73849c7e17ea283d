"""Charts side by side on one widget: a chart is drawn when it changed, and only lines that differ are sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.segment import Segment
from textual.events import Blur, Focus, Resize
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tuiapp.widgets.chart.fence import put_fences
from tuiapp.widgets.chart.figure import Figure
from tuiapp.widgets.chart.grid_places import capacity, places
from tuiapp.widgets.chart.line_store import LineStore
from tuiapp.widgets.chart.panel import Panel
from tuiapp.widgets.chart.styles import ChartStyles, Look, styles_of
from tuiapp.widgets.strips import Part, base_of, line

_EDGE = 1
"""Blank cells at both sides."""


class ChartGrid(Widget, can_focus=True):
    """Draws what it is given; which charts there are, and what keys and mouse do to them, others say.

    While it is out of sight nothing is drawn: it catches up when it is shown.
    """

    DEFAULT_CSS = """
    ChartGrid {
        border: round $border-blurred;
        border-title-color: $foreground 70%;
        border-subtitle-color: $foreground 60%;
        &:focus, &:focus-within { border: round $primary; border-title-color: $primary; border-title-style: bold; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.store = LineStore()
        self._figures: Sequence[Figure] = ()
        self._panels: list[Panel] = []
        self._marked = 0
        self._at: float | None = None
        self._selected: tuple[int, int, int] | None = None
        self._empty = ""
        self._stale = True
        self._look: Look | None = None

    # What is shown

    @property
    def room(self) -> tuple[int, int]:
        """Columns and lines that charts may take: a blank stands on both sides."""
        return max(0, self.content_size.width - 2 * _EDGE), self.content_size.height

    @property
    def capacity(self) -> int:
        """How many charts there is room for."""
        return capacity(*self.room)

    @property
    def panels(self) -> Sequence[Panel]:
        """The charts as they stand."""
        return self._panels

    @property
    def is_seen(self) -> bool:
        """Whether anything of it is on the screen."""
        return self.is_attached and self.screen.is_active and self.is_on_screen and self.size.area > 0

    def show_figures(self, figures: Sequence[Figure], *, marked: int, empty: str) -> None:
        """Show these charts, as many as there is room for at most; ``marked`` has the focus.

        ``empty`` is said where there is none.
        """
        if empty != self._empty and not figures:
            self._stale = True
        self._figures, self._marked, self._empty = figures, marked, empty
        if not self.is_seen:
            self._fall_behind()
        elif self._stale or len(self.placed()) != len(self._panels):
            self._stale = True
            self.refresh()
        else:
            self._send(self._draw())

    def _fall_behind(self) -> None:
        """Out of sight: the lines are forgotten once, and drawn when they are asked for."""
        if not self._stale:
            self._stale = True
            self.refresh()

    def show_cursor(self, at: float | None) -> None:
        """Put the cursor on an x of all charts."""
        if at == self._at:
            return
        regions = self._cursor_regions()
        self._at = at
        if not self._stale:
            self._send([*regions, *self._cursor_regions(), *self._entitle()])

    def show_selection(self, panel: int, cells: tuple[int, int] | None) -> None:
        """Lay a selection over some cells of a chart, or take it away."""
        before, self._selected = self._selected, (panel, *cells) if cells is not None else None
        for seen in (before, self._selected):
            if seen is not None and seen[0] < len(self._panels):
                place = self._panels[seen[0]].place
                self._send([Region(place.x, place.y, place.width, place.height)])

    def placed(self) -> list[tuple[Figure, Panel]]:
        """The figures that have room, with panels of the right place; no panel is drawn by it."""
        spots = [replace(p, x=p.x + _EDGE) for p in places(len(self._figures), *self.room)]
        old = self._panels
        return [
            (figure, old[i] if i < len(old) and old[i].place == spot else Panel(spot))
            for i, (figure, spot) in enumerate(zip(self._figures, spots, strict=False))
        ]

    def panel_at(self, x: int, y: int) -> int | None:
        """Which chart holds a cell."""
        for index, panel in enumerate(self._panels):
            place = panel.place
            if place.x <= x < place.x + place.width and place.y <= y < place.y + place.height:
                return index
        return None

    # Drawing

    def _draw(self) -> list[Region]:
        regions: list[Region] = []
        drawn, self._look = self.placed(), None
        before, self._panels = [p.place for p in self._panels], [panel for _, panel in drawn]
        if before != [p.place for p in self._panels]:
            self.call_later(self._stand_fences)
        for figure, panel in drawn:
            place = panel.place
            regions += [
                Region(place.x + start, place.y + y, stop - start, 1)
                for y, start, stop in panel.show(figure, self.store, place)
            ]
        self._stale = False
        return [*regions, *self._entitle()]

    def _stand_fences(self) -> None:
        if self.is_attached:
            put_fences(self, [panel.place for panel in self._panels])

    def _entitle(self) -> list[Region]:
        styles, several = styles_of(self.app), len(self._figures) > 1
        made = []
        for index, panel in enumerate(self._panels):
            marker = ("▸" if index == self._marked and self.has_focus_within else " ") if several else ""
            if panel.entitle(self.store, styles, self._at, marker):
                made.append(Region(panel.place.x, panel.place.y, panel.place.width, 1))
        return made

    def _cursor_regions(self) -> list[Region]:
        regions = []
        for panel in self._panels:
            cell = panel.cell_of(self._at)
            if cell is not None:
                place = panel.place
                regions.append(Region(place.x + cell, place.y + 1, 1, place.height - 2))
                regions.append(Region(place.x, place.y + place.height - 1, place.width, 1))
        return regions

    def _send(self, regions: Sequence[Region]) -> None:
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        if self._stale:
            self._draw()
        if self._look is None:
            self._look = Look(styles_of(self.app), base_of(self))
        look = self._look
        width, height = self.content_size
        if not self._panels:
            said = self._empty[:width].center(width) if y == height // 2 else ""
            return line([(said, look.styles.muted)], width, look.base) if said else Strip.blank(width, look.base)
        made: list[Part] = []
        at = 0
        for index, panel in enumerate(self._panels):
            place = panel.place
            if place.y <= y < place.y + place.height:
                first, *others = self._panel_parts(index, panel, y - place.y, look.styles) or [("", look.base)]
                # Blanks go along with what stands after them: a change of colour costs more bytes than they do.
                made += [(" " * (place.x - at) + first[0], first[1]), *others]
                at = place.x + place.width
        blanks = (" " * (width - at), look.base)
        made[-1:] = [(made[-1][0] + blanks[0], made[-1][1])] if made else [blanks]
        return Strip([Segment(text, look.over(style)) for text, style in made if text], max(width, at))

    def _panel_parts(self, index: int, panel: Panel, y: int, styles: ChartStyles) -> list[Part]:
        selected = self._selected[1:] if self._selected is not None and self._selected[0] == index else None
        return panel.parts(y, styles, self._at, selected, self.why_blank(panel.figure))

    def why_blank(self, figure: Figure) -> str:
        """What is said where a figure has nothing to draw."""
        return ""

    # What happens to it

    def on_resize(self, event: Resize) -> None:
        self._stale, self._look = True, None

    def on_focus(self, event: Focus) -> None:
        self._send(self._entitle())

    def on_blur(self, event: Blur) -> None:
        self._send(self._entitle())

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._stale, self._look = True, None
