"""What a person asks of a list of runs: ``state:running objective:kto loss<1.2 tag:x name`` (docs/queries.md)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tuner.runs.query_parser import parse_terms
from tuner.runs.query_terms import Flag, Term, Words

if TYPE_CHECKING:
    from tuner.runs.summary import RunSummary


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Conditions that all have to hold. Two queries are equal where their conditions are.

    ``problems`` says in words what could not be understood; such a part narrows nothing, except that an unknown field
    is looked for as text.
    """

    terms: tuple[Term, ...] = ()
    problems: tuple[str, ...] = field(default=(), compare=False)
    now: Callable[[], float] = field(default=time.time, compare=False, repr=False)
    with_archived: bool = False
    """Whether archived runs are shown even where the query does not name them."""

    @classmethod
    def parse(cls, text: str, now: Callable[[], float] = time.time) -> RunQuery:
        """Read a query; never raises. ``now`` gives seconds since the epoch, for ages."""
        return cls(*parse_terms(text), now)

    def __str__(self) -> str:
        """The query in one way of writing; parsed, it is equal to this one."""
        return " ".join(map(str, self.terms))

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def names_archived(self) -> bool:
        """Whether it says itself what to do with archived runs; else they are hidden."""
        return any(isinstance(t.asked, Flag) and "archived" in t.asked.any_of for t in self.terms)

    @property
    def words(self) -> tuple[str, ...]:
        """The words looked for in the texts, case folded, for marking them where they are found."""
        return tuple(w for t in self.terms if isinstance(t.asked, Words) and not t.negated for w in t.asked.any_of)

    def matches(self, run: RunSummary) -> bool:
        """Whether the run is to be shown."""
        return bool(self.select((run,)))

    def select(self, runs: Iterable[RunSummary]) -> list[RunSummary]:
        """The runs to be shown, in their order."""
        found = list(runs)
        if not self.with_archived and not self.names_archived:
            found = [r for r in found if not r.archived]
        now = self.now()
        for term in self.terms:
            holds = term.test(now)
            found = [r for r in found if holds(r)]
        return found
