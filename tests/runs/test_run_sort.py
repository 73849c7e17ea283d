"""The order and the groups of run lists."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.test_query import RUN
from tuner.runs.run_sort import GROUP_KEYS, NO_GROUP, SORT_KEYS, group_runs, sort_runs
from tuner.runs.summary import RunSummary


def ids(runs: list[RunSummary]) -> str:
    return "".join(r.id for r in runs)


@given(
    losses=st.lists(st.none() | st.floats(allow_nan=False), max_size=20),
    descending=st.booleans(),
    pinned=st.sets(st.integers(0, 19)),
)
def test_metrics_are_sorted_with_pinned_first_and_unknown_last(
    losses: list[float | None], descending: bool, pinned: set[int]
) -> None:
    runs = [replace(RUN, id=str(i), metrics={"loss": v}, pinned=i in pinned) for i, v in enumerate(losses)]
    found = sort_runs(runs, "loss", descending=descending)
    sign = -1 if descending else 1
    values = [(not r.pinned, r.metrics["loss"] is None, sign * (r.metrics["loss"] or 0.0)) for r in found]
    assert values == sorted(values)
    assert sorted(r.id for r in found) == sorted(r.id for r in runs)


@pytest.mark.parametrize("key", [*SORT_KEYS, "loss", "no such metric"])
@pytest.mark.parametrize("descending", [False, True])
def test_every_key_sorts_runs_that_lack_it(key: str, descending: bool) -> None:
    empty = replace(
        RUN, id="e", name="", objective=None, method=None, backend=None, model=None, dataset=None, created_at=None,
        started_at=None, finished_at=None, step=None, progress=None, eta_seconds=None, metrics={}, best=None, tags=[],
        note="",
    )  # fmt: skip
    full = replace(RUN, id="f", note="n", finished_at=RUN.created_at)
    assert sorted(r.id for r in sort_runs([empty, full, empty], key, descending=descending)) == ["e", "e", "f"]
    if key not in {"id", "state", "kind", "source", "no such metric"}:
        assert ids(sort_runs([empty, full], key, descending=descending)) == "fe"


def test_states_are_ordered_by_how_much_they_matter() -> None:
    states = ["succeeded", "failed", "unreadable", "queued", "running"]
    found = sort_runs([replace(RUN, state=s) for s in states], "state", descending=False)
    assert [r.state for r in found] == ["running", "queued", "failed", "succeeded", "unreadable"]


def test_equal_runs_keep_their_order_both_ways() -> None:
    runs = [replace(RUN, id=i) for i in "abc"]
    assert ids(sort_runs(runs, "loss", descending=False)) == "abc"
    assert ids(sort_runs(runs, "loss", descending=True)) == "abc"


def test_groups() -> None:
    runs = [
        replace(RUN, id="1", tags=["b", "a"]),
        replace(RUN, id="2", tags=[]),
        replace(RUN, id="3", tags=["a"], objective=None),
    ]
    assert [(n, ids(g)) for n, g in group_runs(runs, "tag")] == [("b", "1"), ("a", "13"), (NO_GROUP, "2")]
    assert [(n, ids(g)) for n, g in group_runs(runs, "objective")] == [("kto", "12"), (NO_GROUP, "3")]
    assert [n for n, _ in group_runs(runs, "day")] == ["2027-01-14"]
    assert group_runs([replace(RUN, created_at="never")], "day")[0][0] == NO_GROUP
    for key in GROUP_KEYS:
        assert {r.id for _, g in group_runs(runs, key) for r in g} == {"1", "2", "3"}
