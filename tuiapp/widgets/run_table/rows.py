"""The rows of the run table as they are drawn: once each, as long as its run reads the same."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip

from tuiapp.widgets.ink import Ink
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.run_table.arrangement import Heading
from tuiapp.widgets.run_table.columns import DEFAULT
from tuiapp.widgets.run_table.empty import empty_lines
from tuiapp.widgets.run_table.marks import Marks
from tuiapp.widgets.run_table.model import RunModel
from tuiapp.widgets.run_table.painter import TABLE, Painter
from tuiapp.widgets.run_table.title import subtitle_of, title_of
from tuiapp.widgets.strips import Part
from tuner.runs.summary import RunSummary
from tuner.runs.text_tail import inert

_KEPT_LINES = 1000


class RunRows(CursorPane):
    """Draws the runs and headings of a model, with their marks; what they are is the subclass's."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._runs = RunModel()
        self._columns: tuple[str, ...] = DEFAULT
        self._marks = Marks()
        self._read = False
        self._painter: Painter | None = None
        self._drawn: dict[tuple[int, str, int, Style | None], tuple[RunSummary, Strip]] = {}
        """Lines as drawn; each holds its run, so that no other object gets its identity."""

    @property
    def query_text(self) -> str:
        """What is asked for; "" is everything that is not archived."""
        return self._runs.finder.text

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the query, inert."""
        query = self._runs.finder.query
        return tuple(inert(p) for p in query.problems) if query is not None else ()

    @property
    def head(self) -> int:
        return 1 if self._runs.entries and self.scrollable_content_region.width >= TABLE else 0

    def head_parts(self, index: int, width: int) -> list[Part]:
        return self._painting().head(width)

    def row_parts(self, index: int, width: int) -> list[Part]:
        entry, painter = self._runs.entries[index], self._painting()
        if isinstance(entry, Heading):
            return painter.heading(entry, width)
        return painter.run(entry, self._marks.letter(entry.id), width, 1 if self._runs.how.group else 0)

    def render_line(self, y: int) -> Strip:
        """As drawn before, where the run still reads the same: scrolling and typing meet mostly the same runs."""
        head = self.head
        index = y - head + self.scroll_offset.y
        entry = self._runs.entry(index)
        if y < head or not isinstance(entry, RunSummary):
            return super().render_line(y)
        self._painting()  # what was drawn in other colours or columns is gone
        over = self.over(index)
        key = (id(entry), self._marks.letter(entry.id), self.scrollable_content_region.width, over)
        kept = self._drawn.get(key)
        if kept is None:
            if len(self._drawn) >= _KEPT_LINES:
                self._drawn.clear()
            kept = self._drawn[key] = (entry, super().render_line(y))
        return kept[1]

    def empty_parts(self) -> list[list[Part]]:
        return empty_lines(self.ink, read=self._read, runs=len(self._runs.all), query=self.query_text)

    def _painting(self) -> Painter:
        ink: Ink = self.ink
        shared = self._runs.shared
        if self._painter is None or self._painter.ink is not ink or self._painter.shared is not shared:
            self._painter = Painter(ink, self._columns, self._runs.how, shared)
            self._drawn.clear()
        return self._painter

    def _entitle(self) -> None:
        self.set_title(title_of(self._runs), subtitle_of(self._runs.how, len(self._marks.ids), self.problems))
