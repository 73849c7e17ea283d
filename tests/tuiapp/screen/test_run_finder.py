"""What the finder remembers never shows: it finds what asking every run anew finds."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tuiapp.screen.table_support import make_summaries
from tuiapp.widgets.run_table.finder import Finder
from tuner.runs.query import RunQuery

QUERIES = st.sampled_from(
    ["", "r", "run", "run-1", "run-1 base", "base", "-run-1", "state:failed", "state:failed run-1", "loss<2",
     "loss<2 base", "created>2026-11-20", "created>2026-11-20 run", "run-1|run-2", "tag:baseline", '"run-1', "loss<x",
     "n|", "is:archived"]
)  # fmt: skip
STEPS = st.lists(st.one_of(QUERIES, st.integers(0, 11)), max_size=12)


@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
def test_queries_and_changing_runs_find_what_a_fresh_look_finds(steps: list[str | int]) -> None:
    runs = [replace(r, archived=n % 5 == 0) for n, r in enumerate(make_summaries(12))]
    finder = Finder()
    for step in steps:
        if isinstance(step, str):
            finder.seek(step)
        elif step % 3 == 0:
            runs = [*runs[1:], runs[0]]
        elif step % 3 == 1 and runs:
            runs = runs[:-1]
        else:
            runs = [
                replace(r, tags=["baseline"], archived=not r.archived) if n == step else r for n, r in enumerate(runs)
            ]
        assert finder.matching(runs) == RunQuery.parse(finder.text).select(runs)
