"""In what order and in which groups the runs stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

from tuner.runs.summary import RunSummary

SORTS = ("created", "name", "state", "progress", "loss", "eval_loss", "best", "duration")
"""What the key goes through; a click on a heading sorts by any column."""
GROUPS = ("", "objective", "state", "model", "tag", "day", "parent", "source")
"""What the key goes through; "" is not at all."""
_METRICS = ("loss", "eval_loss")
_SMALLEST_FIRST = frozenset(
    {"name", "state", "objective", "method", "model", "dataset", "tags", "note", "source", "backend", "id", *_METRICS}
)


@dataclass(repr=False)
class Arrangement:
    """What a person asked for; kept with the session."""

    sort: str = "created"
    descending: bool = True
    group: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, object]) -> Arrangement:
        """What was kept, as far as it has a sense."""
        from tuner.runs.run_sort import SORT_KEYS

        sort, group, descending = kept.get("sort"), kept.get("group"), kept.get("descending")
        if not isinstance(sort, str) or sort not in {*SORT_KEYS, *_METRICS}:
            sort, descending = "created", True
        return cls(sort, descending is not False, group if isinstance(group, str) and group in GROUPS else "")

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def sorted_by(self, key: str) -> Arrangement:
        """Sorted by that; by what it already is, the other way around."""
        descending = not self.descending if key == self.sort else key not in _SMALLEST_FIRST
        return Arrangement(key, descending, self.group)

    def sorted_next(self) -> Arrangement:
        at = SORTS.index(self.sort) if self.sort in SORTS else -1
        return self.sorted_by(SORTS[(at + 1) % len(SORTS)])

    def grouped_next(self) -> Arrangement:
        return Arrangement(self.sort, self.descending, GROUPS[(GROUPS.index(self.group) + 1) % len(GROUPS)])


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a group: how many runs it has, how many of them are live, whether they are folded away."""

    group: str
    count: int
    live: int
    folded: bool

    @property
    def id(self) -> str:
        """Like no run's id."""
        return f"group {self.group}"


Entry = Heading | RunSummary
"""A line of the table."""


def grouped(runs: Sequence[RunSummary], group: str, folded: Collection[str]) -> list[Entry]:
    """The runs, already sorted, below the headings of their groups. A run with several tags stands in several."""
    if not group:
        return list(runs)
    from tuner.runs.run_sort import group_runs  # which the first paint need not wait for

    entries: list[Entry] = []
    for name, members in group_runs(runs, group):
        entries.append(Heading(name, len(members), sum(1 for r in members if r.is_live), name in folded))
        if name not in folded:
            entries += members
    return entries
