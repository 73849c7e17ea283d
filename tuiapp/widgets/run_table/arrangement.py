"""Which runs are shown, in what order and in which groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

from tuner.runs.query import RunQuery
from tuner.runs.query_terms import Time
from tuner.runs.run_sort import GROUP_KEYS, SORT_KEYS, group_runs, sort_runs
from tuner.runs.summary import RunSummary

SORTS = ("created", "name", "state", "progress", "loss", "eval_loss", "best", "duration")
"""What the key goes through; a click on a heading sorts by any column."""
GROUPS = ("", *(g for g in ("objective", "state", "model", "tag", "day", "parent", "source") if g in GROUP_KEYS))
"""What the key goes through; "" is not at all."""
_METRICS = ("loss", "eval_loss")
_SMALLEST_FIRST = (
    "name",
    "state",
    "objective",
    "method",
    "model",
    "dataset",
    "tags",
    "source",
    "backend",
    "id",
    "loss",
)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What a person asked for; kept with the session."""

    sort: str = "created"
    descending: bool = True
    group: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, object]) -> Arrangement:
        """What was kept, as far as it has a sense."""
        sort, group, descending = kept.get("sort"), kept.get("group"), kept.get("descending")
        if not isinstance(sort, str) or sort not in {*SORT_KEYS, *_METRICS}:
            sort, descending = "created", True
        return cls(sort, descending is not False, group if isinstance(group, str) and group in GROUPS else "")

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def sorted_by(self, key: str) -> Arrangement:
        """Sorted by that; by what it already is, the other way around."""
        descending = not self.descending if key == self.sort else key not in _SMALLEST_FIRST and "loss" not in key
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


@dataclass(frozen=True, slots=True)
class Row:
    """A run in its group ("" where there are none). A run with several tags stands in several groups."""

    run: RunSummary
    group: str = ""


Entry = Heading | Row


def arranged(runs: Sequence[RunSummary], how: Arrangement, folded: Collection[str]) -> list[Entry]:
    """The runs sorted and in groups, the pinned ones first."""
    runs = sort_runs(runs, how.sort, descending=how.descending)
    if not how.group:
        return [Row(r) for r in runs]
    entries: list[Entry] = []
    for name, members in group_runs(runs, how.group):
        entries.append(Heading(name, len(members), sum(1 for r in members if r.is_live), name in folded))
        if name not in folded:
            entries += [Row(r, name) for r in members]
    return entries


class Finder:
    """Which runs match a query. What was found out of a run stands for as long as the run is the same object: a look
    that brings one changed run costs that one.
    """

    def __init__(self) -> None:
        self.text = ""
        self.query = RunQuery.parse("")
        self._known: dict[str, tuple[RunSummary, bool]] = {}

    def seek(self, text: str) -> None:
        """Match against another query."""
        if text != self.text:
            self.text, self.query, self._known = text, RunQuery.parse(text), {}

    def matching(self, runs: Sequence[RunSummary]) -> list[RunSummary]:
        """Those that match, in their order."""
        if any(isinstance(t.asked, Time) for t in self.query.terms):
            return self.query.select(runs)  # time passes: nothing stands
        known = self._known
        fresh = [r for r in runs if (k := known.get(r.id)) is None or k[0] is not r]
        found = {r.id for r in self.query.select(fresh)}
        if len(known) > 2 * len(runs):
            known.clear()
            fresh, found = list(runs), {r.id for r in self.query.select(runs)}
        known.update((r.id, (r, r.id in found)) for r in fresh)
        return [r for r in runs if known[r.id][1]]
