"""Which runs match a query, asking of each as seldom as possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tuner.runs.summary import RunSummary

if TYPE_CHECKING:
    from tuner.runs.query import RunQuery
    from tuner.runs.query_terms import Term


class Finder:
    """What was found out of a run stands as long as the run is the same object, so that a look that brings one changed
    run costs that one; and a word that is typed on is only looked for where its beginning was found. The language of
    queries is loaded with the first one: the first paint need not wait for it.
    """

    def __init__(self) -> None:
        self.text = ""
        self.query: RunQuery | None = None
        self._asked: Sequence[RunSummary] = ()  # held, so that no other object gets the identity of one of them
        self._found: Sequence[RunSummary] = ()
        self._texts: dict[int, tuple[RunSummary, str]] = {}

    def seek(self, text: str) -> None:
        """Match against another query."""
        if text == self.text:
            return
        from tuner.runs.query import RunQuery

        before, self.text, self.query = self.query, text, RunQuery.parse(text)
        if before is not None and _narrows(before, self.query):
            self._found = self._select(self.query, self._found)
        else:
            self._asked = self._found = ()

    def prepare(self, runs: Sequence[RunSummary]) -> None:
        """A query is about to be typed: make what words are looked for in."""
        self._texts_of(runs)

    def matching(self, runs: Sequence[RunSummary]) -> list[RunSummary]:
        """Those that match, in their order."""
        if self.query is None:
            return [r for r in runs if not r.archived]
        if _has_times(self.query):
            return self.query.select(runs)  # time passes: nothing stands
        if runs is self._asked:
            return list(self._found)
        if len(self._texts) > 2 * len(runs):
            self._texts.clear()  # of runs that are gone
        if self._asked:
            asked, found = set(map(id, self._asked)), set(map(id, self._found))
            found.update(map(id, self._select(self.query, [r for r in runs if id(r) not in asked])))
            self._found = [r for r in runs if id(r) in found]
        else:
            self._found = self._select(self.query, runs)
        self._asked = runs
        return list(self._found)

    def _select(self, query: RunQuery, runs: Sequence[RunSummary]) -> Sequence[RunSummary]:
        """Those that match: first by plain words, whose texts are kept, then by all else."""
        from tuner.runs.query_terms import Words

        rest: list[Term] = []
        for term in query.terms:
            if isinstance(term.asked, Words) and not term.negated and len(term.asked.any_of) == 1:
                word, texts = term.asked.any_of[0], self._texts_of(runs)
                runs = [r for r in runs if word in texts[id(r)][1]]
            else:
                rest.append(term)
        if not rest:  # as most often while typing: nothing else is asked, so archived runs are hidden
            return [r for r in runs if not r.archived]
        return replace(query, terms=tuple(rest)).select(runs)

    def _texts_of(self, runs: Sequence[RunSummary]) -> dict[int, tuple[RunSummary, str]]:
        """What is looked through, by the run's identity; each holds its run, so that no other object gets that."""
        from tuner.runs.query_fields import searched_text

        for run in runs:
            if id(run) not in self._texts:
                self._texts[id(run)] = (run, searched_text(run))
        return self._texts


def _narrows(before: RunQuery, after: RunQuery) -> bool:
    """Whether all that matches ``after`` matches ``before``."""
    if before.names_archived != after.names_archived or _has_times(before):
        return False
    return all(any(_implies(new, old) for new in after.terms) for old in before.terms)


def _has_times(query: RunQuery) -> bool:
    from tuner.runs.query_terms import Time

    return any(isinstance(t.asked, Time) for t in query.terms)


def _implies(new: Term, old: Term) -> bool:
    from tuner.runs.query_terms import Words

    if new == old:
        return True
    if new.negated or old.negated or not isinstance(new.asked, Words) or not isinstance(old.asked, Words):
        return False
    return all(any(o in n for o in old.asked.any_of) for n in new.asked.any_of)
