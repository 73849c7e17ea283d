"""The run browser: 10,000 runs cost what those in sight cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from tuiapp.actions import Where
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.ink import Ink
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.run_table.arrangement import Arrangement, Heading
from tuiapp.widgets.run_table.columns import DEFAULT, known
from tuiapp.widgets.run_table.empty import empty_lines
from tuiapp.widgets.run_table.marks import Marks
from tuiapp.widgets.run_table.model import RunModel
from tuiapp.widgets.run_table.painter import MARKS, TABLE, Painter
from tuiapp.widgets.strips import Part
from tuner.runs.summary import RunSummary
from tuner.runs.text_tail import inert

_KEPT_LINES = 1000


class RunTable(CursorPane):
    """Runs, newest first, each with its state as a glyph and in words. The cursor's run is the selected one; on a
    heading the one selected before stays so.
    """

    BINDINGS = bindings_for(Where.TABLE)

    @dataclass(eq=False, repr=False)
    class MarksChanged(Message):
        """Other runs are marked: their ids, in the order in which they were."""

        ids: Sequence[str]

    @dataclass(eq=False, repr=False)
    class Arranged(Message):
        """The person chose another order, grouping or other columns."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._runs = RunModel()
        self._columns: tuple[str, ...] = DEFAULT
        self._marks = Marks()
        self._current: RunSummary | None = None
        self._home: str | None = None
        """Where the cursor was put by somebody: it returns there when a query that is typed shows that run again."""
        self._read = False
        self._painter: Painter | None = None
        self._drawn: dict[tuple[int, str, int, Style | None], tuple[RunSummary, Strip]] = {}
        """Lines as drawn; each holds its run, so that no other object gets its identity."""

    # What others ask

    @property
    def selected(self) -> RunSummary | None:
        """The run under the cursor, or the one it last stood on."""
        return self._current

    @property
    def targets(self) -> list[RunSummary]:
        """What an action is done to: the marked runs, else the one under the cursor; none on a heading."""
        if self._marks.ids:
            return [self._runs.by_id[i] for i in self._marks.ids]
        entry = self._runs.entry(self.cursor)
        return [entry] if isinstance(entry, RunSummary) else []

    @property
    def marked(self) -> Sequence[str]:
        """The ids of the marked runs, in the order in which they were marked."""
        return tuple(self._marks.ids)

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
    def columns(self) -> tuple[str, ...]:
        """The ids of the columns, in their order."""
        return self._columns

    @property
    def arrangement(self) -> Arrangement:
        """How it is sorted and grouped."""
        return self._runs.how

    def show_runs(self, runs: Sequence[RunSummary], select: str | None = None) -> None:
        """Show these, newest first; the cursor stays on its run, or goes to ``select``."""
        self._read = True
        place = self._place()
        self._runs.take(runs)
        if self._marks.keep(self._runs.by_id):
            self.post_message(self.MarksChanged(self.marked))
        self._refill(place, select, lost=self.cursor)

    def select(self, run_id: str) -> None:
        """Put the cursor on a run."""
        index = self._runs.index_of(run_id)
        if index is not None:
            self.move_to(index)

    def expect_query(self) -> None:
        """A query is about to be typed; its first key shall not wait."""
        self._runs.finder.prepare(self._runs.all)

    def apply_query(self, text: str) -> None:
        """Show only the runs that match."""
        place = self._place()
        self._runs.finder.seek(text.strip())
        self._refill(place)

    def settle(self) -> None:
        """The cursor stands where it shall stay."""
        self._home = self._current.id if self._current is not None else None

    def restore(self, kept: Mapping[str, object]) -> None:
        """Arrange as it was kept with the session."""
        columns = kept.get("columns")
        self._columns = tuple(known(columns)) if isinstance(columns, list) else self._columns
        self._arrange(Arrangement.of(kept))

    def as_kept(self) -> dict[str, object]:
        """What ``restore`` takes."""
        return {**self._runs.how.as_dict(), "columns": list(self._columns)}

    def show_columns(self, ids: Sequence[str]) -> None:
        """Show these columns, in this order."""
        self._columns = tuple(known(ids))
        self._rearrange(self._runs.how)

    # Actions

    def action_table_sort(self) -> None:
        self._rearrange(self._runs.how.sorted_next())

    def action_table_reverse(self) -> None:
        self._rearrange(self._runs.how.sorted_by(self._runs.how.sort))

    def action_table_group(self) -> None:
        self._runs.folded.clear()
        self._rearrange(self._runs.how.grouped_next())

    def action_table_fold(self) -> None:
        self._fold(True)

    def action_table_unfold(self) -> None:
        self._fold(False)

    def action_table_mark(self) -> None:
        """Mark or unmark; the cursor goes on to the next."""
        entry = self._runs.entry(self.cursor)
        if isinstance(entry, Heading):
            self._fold(not entry.folded)
        elif entry is not None:
            self._mark(entry.id)
            self.action_cursor_down()

    def action_table_unmark(self) -> None:
        if self._marks.ids:
            self._marks.clear()
            self._marks_changed()

    def action_choose(self) -> None:
        entry = self._runs.entry(self.cursor)
        if isinstance(entry, Heading):
            self._fold(not entry.folded)
        else:
            super().action_choose()

    # Mouse

    def on_click(self, event: Click) -> None:
        at = event.get_content_offset(self)
        index = at.y - self.head + self.scroll_offset.y if at is not None and at.y >= self.head else -1
        entry = self._runs.entry(index)
        if at is None or entry is None:
            return
        if isinstance(entry, Heading):
            event.prevent_default()
            self.move_to(index)
            self._fold(not entry.folded)
        elif at.x < MARKS:
            event.prevent_default()
            self._mark(entry.id)

    def head_clicked(self, x: int) -> None:
        column = self._painting().column_at(x, self.scrollable_content_region.width)
        if column is not None and column.sort:
            self._rearrange(self._runs.how.sorted_by(column.sort))

    # Drawing

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
        if self._painter is None or self._painter.ink is not ink:
            self._painter = Painter(ink, self._columns, self._runs.how)
            self._drawn.clear()
        return self._painter

    # Arranging

    def _rearrange(self, how: Arrangement) -> None:
        self._arrange(how)
        self.post_message(self.Arranged())

    def _arrange(self, how: Arrangement) -> None:
        place, self._painter = self._place(), None
        self._runs.arrange(how)
        self._refill(place)
        self.refresh()

    def _place(self) -> tuple[str, str | None] | None:
        """What the cursor stands on: its id, and its group."""
        entry = self._runs.entry(self.cursor)
        if entry is None:
            return (self._current.id, None) if self._current is not None else None
        return entry.id, self._runs.group_at(self.cursor)

    def _refill(self, place: tuple[str, str | None] | None, select: str | None = None, lost: int = 0) -> None:
        """Show what is there now, the cursor on ``select`` or on its old place; where that is gone, at ``lost``."""
        changed = self._runs.refill()
        if changed is None or not self._runs.entries:
            self.set_count(len(self._runs.entries))
        for row in changed or ():
            self.refresh_row(row)
        self._entitle()
        index = self._runs.index_of(select) if select is not None else None
        if index is not None:
            self._home = select
        elif self._home is not None:
            index = self._runs.index_of(self._home, place[1] if place is not None else None)
        if index is None and place is not None:
            index = self._runs.index_of(*place)
        before = self._current
        self.move_to(self._runs.first_run(lost) if index is None else index, tell=False)
        if (before.id if before else None) != (self._current.id if self._current else None):
            self.post_message(self.Moved(self, self.cursor))

    def move_to(self, index: int, *, tell: bool = True) -> None:
        super().move_to(index, tell=tell)
        entry = self._runs.entry(self.cursor)
        if tell and entry is not None:
            self._home = entry.id
        if isinstance(entry, RunSummary):
            self._current = entry
        elif entry is None:
            self._current = None
        elif self._current is not None:  # on a heading the run before stays selected, while it is among the found
            self._current = next((r for r in self._runs.found if r.id == self._current.id), None)

    def _fold(self, fold: bool) -> None:
        group, place = self._runs.group_at(self.cursor), self._place()
        if group is None or (group in self._runs.folded) == fold:
            return
        (self._runs.folded.add if fold else self._runs.folded.discard)(group)
        self._refill(place, f"group {group}" if fold else None)

    def _mark(self, run_id: str) -> None:
        self._marks.toggle(run_id)
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.refresh()
        self._entitle()
        self.post_message(self.MarksChanged(self.marked))

    def _entitle(self) -> None:
        runs, asked = self._runs, inert(self.query_text)
        told = ["Runs"]
        if runs.all:
            told = [f"Runs {len(runs.found)}/{len(runs.all)}" if asked else f"Runs {len(runs.found)}"]
        if runs.live:
            told.append(f"{runs.live} live")
        if asked:
            told.append(f"/{asked}")
        elif len(runs.found) < len(runs.all):
            told.append(f"{len(runs.all) - len(runs.found)} archived")
        self.set_title(" · ".join(told), self._subtitle())

    def _subtitle(self) -> str:
        if self.problems:
            return f"⚠ {self.problems[0]}"
        how = self._runs.how
        told = [f"✚ {len(self._marks.ids)} marked"] if self._marks.ids else []
        if (how.sort, how.descending) != ("created", True):
            told.append(f"{how.sort} {'▾' if how.descending else '▴'}")
        if how.group:
            told.append(f"by {how.group}")
        return " · ".join(told)
