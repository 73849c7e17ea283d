"""The runs of the table as they stand: sorted, matched, grouped. It knows nothing of the screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tuiapp.widgets.run_table.arrangement import Arrangement, Entry, Heading, grouped
from tuiapp.widgets.run_table.finder import Finder
from tuner.runs.summary import RunSummary


class RunModel:
    """``refill`` brings the lines up to date after runs, query, arrangement or folds have changed."""

    def __init__(self) -> None:
        self.all: Sequence[RunSummary] = ()
        self.by_id: dict[str, RunSummary] = {}
        self.live = 0
        """How many of them are live."""
        self.shared: frozenset[str] = frozenset()
        """Names that several runs have; the same object for as long as it is the same set."""
        self.how = Arrangement()
        self.finder = Finder()
        self.folded: set[str] = set()
        self.found: list[RunSummary] = []
        self.entries: list[Entry] = []
        self._sorted: list[RunSummary] = []

    def take(self, runs: Sequence[RunSummary]) -> None:
        """There are these runs now."""
        self.all = runs
        self.by_id = {r.id: r for r in runs}
        self.live = sum(1 for r in runs if r.is_live)
        names = Counter(r.name for r in runs)
        shared = frozenset(n for n, count in names.items() if count > 1) if len(names) < len(runs) else frozenset()
        self.shared = self.shared if shared == self.shared else shared
        self._sort()

    def arrange(self, how: Arrangement) -> None:
        """Stand in another order, in other groups."""
        before, self.how = self.how, how
        if (before.sort, before.descending) != (how.sort, how.descending):
            self._sort()

    def _sort(self) -> None:
        """Matching and grouping keep the order, so that typing does not sort again."""
        how = self.how
        if (how.sort, how.descending) == ("created", True):  # as they come
            self._sorted = [*(r for r in self.all if r.pinned), *(r for r in self.all if not r.pinned)]
            return
        from tuner.runs.run_sort import sort_runs

        self._sorted = sort_runs(self.all, how.sort, descending=how.descending)

    def refill(self) -> list[int] | None:
        """Make the lines again.

        Returns:
            The indices of those that read differently; None where they are others, or stand in another order.
        """
        before = self.entries
        self.found = self.finder.matching(self._sorted)
        self.entries = grouped(self.found, self.how.group, self.folded)
        if len(before) != len(self.entries):
            return None
        changed = [i for i, (old, new) in enumerate(zip(before, self.entries, strict=True)) if old is not new]
        if any(before[i].id != self.entries[i].id for i in changed):
            return None
        return [i for i in changed if before[i] != self.entries[i]]

    def entry(self, index: int) -> Entry | None:
        """What stands in a line."""
        return self.entries[index] if 0 <= index < len(self.entries) else None

    def group_at(self, index: int) -> str | None:
        """The group that a line belongs to; None where there are no groups."""
        for at in range(min(index, len(self.entries) - 1), -1, -1):
            entry = self.entries[at]
            if isinstance(entry, Heading):
                return entry.group
        return None

    def index_of(self, entry_id: str, group: str | None = None) -> int | None:
        """Where a run or a heading stands: best in the group given, else at its first place."""
        first, inside = None, None
        for index, entry in enumerate(self.entries):
            if isinstance(entry, Heading):
                inside = entry.group
            if entry.id == entry_id:
                if group is None or inside == group:
                    return index
                first = index if first is None else first
        return first

    def first_run(self, start: int) -> int:
        """The first line from there on that is a run, so that no heading is selected unasked."""
        start = max(0, min(start, len(self.entries) - 1))
        return next((i for i in range(start, len(self.entries)) if not isinstance(self.entries[i], Heading)), start)
