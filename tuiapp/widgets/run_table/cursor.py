"""The cursor of the run table, which stays on its run while the runs around it change."""

from __future__ import annotations

from tuiapp.widgets.run_table.rows import RunRows
from tuner.runs.summary import RunSummary


class RunCursor(RunRows):
    """Where the cursor is put when other runs are shown, or the same in another order."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._current: RunSummary | None = None
        self._home: str | None = None
        """Where the cursor was put by somebody: it returns there when a query that is typed shows that run again."""

    @property
    def selected(self) -> RunSummary | None:
        """The run under the cursor, or the one it last stood on."""
        return self._current

    def select(self, run_id: str) -> None:
        """Put the cursor on a run."""
        index = self._runs.index_of(run_id)
        if index is not None:
            self.move_to(index)

    def settle(self) -> None:
        """The cursor stands where it shall stay."""
        self._home = self._current.id if self._current is not None else None

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
