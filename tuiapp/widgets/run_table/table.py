"""The run browser: 10,000 runs cost what those in sight cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.events import Click
from textual.message import Message

from tuiapp.actions import Where
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.run_table.arrangement import Arrangement, Heading
from tuiapp.widgets.run_table.columns import known
from tuiapp.widgets.run_table.cursor import RunCursor
from tuiapp.widgets.run_table.painter import MARKS
from tuner.runs.summary import RunSummary


class RunTable(RunCursor):
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

    # What others ask

    @property
    def targets(self) -> list[RunSummary]:
        """What an action is done to: the marked runs, else the one under the cursor; none on a heading."""
        if self._marks.ids:
            return [self._runs.by_id[i] for i in self._marks.ids]
        entry = self._runs.entry(self.cursor)
        return [entry] if isinstance(entry, RunSummary) else []

    @property
    def runs(self) -> Sequence[RunSummary]:
        """All runs, newest first, whatever is shown of them."""
        return self._runs.all

    @property
    def marked(self) -> Sequence[str]:
        """The ids of the marked runs, in the order in which they were marked."""
        return tuple(self._marks.ids)

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

    def expect_query(self) -> None:
        """A query is about to be typed; its first key shall not wait."""
        self._runs.finder.prepare(self._runs.all)

    def apply_query(self, text: str) -> None:
        """Show only the runs that match."""
        place = self._place()
        self._runs.finder.seek(text.strip())
        self._refill(place)

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

    # Arranging

    def _rearrange(self, how: Arrangement) -> None:
        self._arrange(how)
        self.post_message(self.Arranged())

    def _arrange(self, how: Arrangement) -> None:
        place, self._painter = self._place(), None
        self._runs.arrange(how)
        self._refill(place)
        self.refresh()

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
