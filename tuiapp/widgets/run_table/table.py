"""The run browser: 10,000 runs cost what those in sight cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.events import Click
from textual.message import Message

from tuiapp.actions import Where
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.ink import Ink
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.run_table.arrangement import Arrangement, Entry, Finder, Heading, Row, arranged
from tuiapp.widgets.run_table.columns import DEFAULT, known
from tuiapp.widgets.run_table.empty import empty_lines
from tuiapp.widgets.run_table.marks import Marks
from tuiapp.widgets.run_table.painter import MARKS, TABLE, Painter
from tuiapp.widgets.strips import Part
from tuner.runs.summary import RunSummary
from tuner.runs.text_tail import inert


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
        self._all: Sequence[RunSummary] = ()
        self._by_id: dict[str, RunSummary] = {}
        self._found: list[RunSummary] = []
        self._entries: list[Entry] = []
        self._finder = Finder()
        self._how = Arrangement()
        self._columns: tuple[str, ...] = DEFAULT
        self._folded: set[str] = set()
        self._marks = Marks()
        self._current: RunSummary | None = None
        self._read = False
        self._painter: Painter | None = None

    # What others ask

    @property
    def selected(self) -> RunSummary | None:
        """The run under the cursor, or the one it last stood on."""
        return self._current

    @property
    def targets(self) -> list[RunSummary]:
        """What an action is done to: the marked runs, else the one under the cursor; none on a heading."""
        if self._marks.ids:
            return [self._by_id[i] for i in self._marks.ids]
        entry = self._entry(self.cursor)
        return [entry.run] if isinstance(entry, Row) else []

    @property
    def marked(self) -> Sequence[str]:
        """The ids of the marked runs, in the order in which they were marked."""
        return tuple(self._marks.ids)

    @property
    def query(self) -> str:
        """What is asked for; "" is everything that is not archived."""
        return self._finder.text

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the query, inert."""
        return tuple(inert(p) for p in self._finder.query.problems)

    @property
    def columns(self) -> tuple[str, ...]:
        """The ids of the columns, in their order."""
        return self._columns

    @property
    def arrangement(self) -> Arrangement:
        """How it is sorted and grouped."""
        return self._how

    def show_runs(self, runs: Sequence[RunSummary], select: str | None = None) -> None:
        """Show these, newest first; the cursor stays on its run, or goes to ``select``."""
        self._read = True
        self._all = runs
        self._by_id = {r.id: r for r in runs}
        if self._marks.keep(self._by_id):
            self.post_message(self.MarksChanged(self.marked))
        self._arrange(select, lost=self.cursor)

    def select(self, run_id: str) -> None:
        """Put the cursor on a run."""
        index = self._index_of(run_id)
        if index is not None:
            self.move_to(index)

    def apply_query(self, text: str) -> None:
        """Show only the runs that match."""
        self._finder.seek(text.strip())
        self._arrange()

    def restore(self, kept: Mapping[str, object]) -> None:
        """Arrange as it was kept with the session."""
        columns = kept.get("columns")
        self._columns = tuple(known(columns)) if isinstance(columns, list) else self._columns
        self._how, self._painter = Arrangement.of(kept), None
        self._arrange()

    def as_kept(self) -> dict[str, object]:
        """What ``restore`` takes."""
        return {**self._how.as_dict(), "columns": list(self._columns)}

    def show_columns(self, ids: Sequence[str]) -> None:
        """Show these columns, in this order."""
        self._columns = tuple(known(ids))
        self._rearrange(self._how)

    # Actions

    def action_table_sort(self) -> None:
        self._rearrange(self._how.sorted_next())

    def action_table_reverse(self) -> None:
        self._rearrange(self._how.sorted_by(self._how.sort))

    def action_table_group(self) -> None:
        self._folded.clear()
        self._rearrange(self._how.grouped_next())

    def action_table_fold(self) -> None:
        self._fold(True)

    def action_table_unfold(self) -> None:
        self._fold(False)

    def action_table_mark(self) -> None:
        """Mark or unmark; the cursor goes on to the next."""
        entry = self._entry(self.cursor)
        if isinstance(entry, Heading):
            self._fold(not entry.folded)
        elif entry is not None:
            self._mark(entry.run.id)
            self.action_cursor_down()

    def action_table_unmark(self) -> None:
        if self._marks.ids:
            self._marks.clear()
            self._marks_changed()

    def action_choose(self) -> None:
        entry = self._entry(self.cursor)
        if isinstance(entry, Heading):
            self._fold(not entry.folded)
        else:
            super().action_choose()

    # Mouse

    def on_click(self, event: Click) -> None:
        at = event.get_content_offset(self)
        index = at.y - self.head + self.scroll_offset.y if at is not None and at.y >= self.head else -1
        entry = self._entry(index)
        if at is None or entry is None:
            return
        if isinstance(entry, Heading):
            event.prevent_default()
            self.move_to(index)
            self._fold(not entry.folded)
        elif at.x < MARKS:
            event.prevent_default()
            self._mark(entry.run.id)

    def head_clicked(self, x: int) -> None:
        column = self._painting().column_at(x, self.scrollable_content_region.width)
        if column is not None and column.sort:
            self._rearrange(self._how.sorted_by(column.sort))

    # Drawing

    @property
    def head(self) -> int:
        return 1 if self._entries and self.scrollable_content_region.width >= TABLE else 0

    def head_parts(self, index: int, width: int) -> list[Part]:
        return self._painting().head(width)

    def row_parts(self, index: int, width: int) -> list[Part]:
        entry, painter = self._entries[index], self._painting()
        if isinstance(entry, Heading):
            return painter.heading(entry, width)
        return painter.run(entry.run, self._marks.letter(entry.run.id), width, 1 if self._how.group else 0)

    def empty_parts(self) -> list[list[Part]]:
        return empty_lines(self.ink, read=self._read, runs=len(self._all), query=self._finder.text)

    def _painting(self) -> Painter:
        ink: Ink = self.ink
        if self._painter is None or self._painter.ink is not ink:
            self._painter = Painter(ink, self._columns, self._how)
        return self._painter

    # Arranging

    def _entry(self, index: int) -> Entry | None:
        return self._entries[index] if 0 <= index < len(self._entries) else None

    def _index_of(self, run_id: str | None, group: str | None = None) -> int | None:
        """Where a run stands, best in the group given."""
        found = None
        for index, entry in enumerate(self._entries):
            if isinstance(entry, Row) and entry.run.id == run_id:
                if group is None or entry.group == group:
                    return index
                found = index if found is None else found
        return found

    def _rearrange(self, how: Arrangement) -> None:
        self._how, self._painter = how, None
        self._arrange()
        self.refresh()
        self.post_message(self.Arranged())

    def _arrange(self, select: str | None = None, lost: int = 0) -> None:
        """Fill the table again. Where the cursor's run is gone, the cursor goes to the row ``lost``."""
        at = self._entry(self.cursor)
        self._found = self._finder.matching(self._all)
        before, self._entries = self._entries, arranged(self._found, self._how, self._folded)
        if len(before) == len(self._entries) and all(map(_same_place, before, self._entries)):
            for index, (old, new) in enumerate(zip(before, self._entries, strict=True)):
                if old != new:
                    self.refresh_row(index)
        else:
            self.set_count(len(self._entries))
        self._entitle()
        index = self._place_of(select, at)
        self._put_cursor(index if index is not None else self._first_run(lost))

    def _place_of(self, select: str | None, at: Entry | None) -> int | None:
        if select is not None and (index := self._index_of(select)) is not None:
            return index
        if isinstance(at, Row):
            return self._index_of(at.run.id, at.group)
        if isinstance(at, Heading):
            return self._heading_of(at.group)
        return self._index_of(self._current.id) if self._current is not None else None

    def _heading_of(self, group: str) -> int | None:
        return next((i for i, e in enumerate(self._entries) if isinstance(e, Heading) and e.group == group), None)

    def _first_run(self, start: int) -> int:
        """The first run from there on, so that no heading is selected unasked."""
        start = max(0, min(start, len(self._entries) - 1))
        return next((i for i in range(start, len(self._entries)) if isinstance(self._entries[i], Row)), start)

    def _put_cursor(self, index: int) -> None:
        before = self._current.id if self._current is not None else None
        super().move_to(index, tell=False)
        self._follow_cursor()
        if before != (self._current.id if self._current is not None else None):
            self.post_message(self.Moved(self, self.cursor))

    def move_to(self, index: int, *, tell: bool = True) -> None:
        entry = self._entry(max(0, min(index, self._count - 1)))
        if isinstance(entry, Row):
            self._current = entry.run
        super().move_to(index, tell=tell)

    def _follow_cursor(self) -> None:
        """The selected run is the cursor's; on a heading it is the one before, where that is still among the found."""
        entry = self._entry(self.cursor)
        if isinstance(entry, Row):
            self._current = entry.run
        elif self._current is not None:
            self._current = next((r for r in self._found if r.id == self._current.id), None)

    def _fold(self, fold: bool) -> None:
        entry = self._entry(self.cursor)
        if entry is None or not self._how.group:
            return
        group = entry.group
        (self._folded.add if fold else self._folded.discard)(group)
        self._arrange()
        heading = self._heading_of(group)
        if fold and heading is not None:
            self.move_to(heading)

    def _mark(self, run_id: str) -> None:
        self._marks.toggle(run_id)
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.refresh()
        self._entitle()
        self.post_message(self.MarksChanged(self.marked))

    def _entitle(self) -> None:
        live = sum(1 for r in self._all if r.is_live)
        hidden = len(self._found) != len(self._all)
        count = f"{len(self._found)}/{len(self._all)}" if hidden else str(len(self._all))
        title = f"Runs {count}" if self._all else "Runs"
        asked = f" · /{inert(self.query)}" if self.query else ""
        self.set_title(title + (f" · {live} live" if live else "") + asked, self._subtitle())

    def _subtitle(self) -> str:
        if self.problems:
            return f"⚠ {self.problems[0]}"
        told = [f"✚ {len(self._marks.ids)} marked"] if self._marks.ids else []
        if (self._how.sort, self._how.descending) != ("created", True):
            told.append(f"{self._how.sort} {'▾' if self._how.descending else '▴'}")
        if self._how.group:
            told.append(f"by {self._how.group}")
        return " · ".join(told)


def _same_place(one: Entry, other: Entry) -> bool:
    """Whether two entries are the same run or group at the same place."""
    if isinstance(one, Row) and isinstance(other, Row):
        return one.run is other.run or one.run.id == other.run.id
    return isinstance(one, Heading) and isinstance(other, Heading) and one.group == other.group
