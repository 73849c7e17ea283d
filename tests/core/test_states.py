"""A run's life as the design draws it, written down a second time."""

from __future__ import annotations

import itertools

import pytest

from tuner.core.states import ENDED_STATES, LIVE_STATES, RunState, can_change

LEGAL = {
    ("queued", "running"),
    ("queued", "cancelled"),
    ("queued", "failed"),
    ("running", "finalizing"),
    ("running", "paused"),
    ("running", "failed"),
    ("running", "cancelled"),
    ("finalizing", "succeeded"),
    ("finalizing", "failed"),
    ("paused", "queued"),
    ("failed", "queued"),
    ("cancelled", "queued"),
}


@pytest.mark.parametrize(("old", "new"), list(itertools.product(RunState, RunState)))
def test_only_the_changes_that_the_life_of_a_run_has(old: RunState, new: RunState) -> None:
    assert can_change(old, new) == ((old.value, new.value) in LEGAL)


def test_every_state_is_live_ended_or_paused() -> None:
    assert LIVE_STATES | ENDED_STATES | {RunState.PAUSED} == set(RunState)
    assert not LIVE_STATES & ENDED_STATES


def test_stale_is_never_stored() -> None:
    assert "stale" not in {s.value for s in RunState}
