"""state.json: only legal changes, each one event and one whole write, whoever else writes."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.run_builder import build_run
from tests.support.subprocesses import let_go, start_python
from tuner.core.states import RunState, can_change
from tuner.runs.events import read_events
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RunPaths
from tuner.runs.state_file import (
    IllegalTransition,
    ProcessIdentity,
    change_state,
    initial_state,
    patch_state,
    read_state,
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return build_run(tmp_path, state=RunState.QUEUED)


def test_a_new_run_is_queued_for_its_first_attempt(run: Path) -> None:
    view = read_state(run)
    assert (view.state, view.attempt, view.phase, view.error, view.supervisor) == (RunState.QUEUED, 1, None, None, None)
    assert (view.progress, view.step, view.total_steps, view.eta_seconds, view.message) == (None, None, None, None, "")


def test_a_change_is_one_event_and_keeps_what_it_does_not_name(run: Path) -> None:
    patch_state(run, {"host": "box", "boot_id": "b", "supervisor": ProcessIdentity(7, 1.5).as_dict()})
    view = change_state(run, RunState.RUNNING, "started", patch={"phase": "training", "state": "nonsense"})
    assert view == read_state(run)
    assert (view.state, view.phase, view.message, view.host) == (RunState.RUNNING, "training", "started", "box")
    assert view.supervisor == ProcessIdentity(7, 1.5)
    event = read_events(run)[-1]
    assert (event.type, event.message, event.data) == ("state", "started", {"from": "queued", "to": "running"})


def test_progress_makes_no_event(run: Path) -> None:
    before = len(read_events(run))
    patch_state(run, {"progress": 0.5, "step": 5, "total_steps": 10, "eta_seconds": 3})
    view = read_state(run)
    assert (view.progress, view.step, view.total_steps, view.eta_seconds) == (0.5, 5, 10, 3.0)
    assert len(read_events(run)) == before


def test_a_patch_does_not_change_the_state(run: Path) -> None:
    with pytest.raises(ValueError, match="change_state"):
        patch_state(run, {"state": "succeeded"})
    assert read_state(run).state is RunState.QUEUED


@given(st.lists(st.sampled_from(RunState), max_size=12))
def test_only_legal_changes_happen_and_each_leaves_one_event(path_of_states: list[RunState]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder)
        RunPaths(run).state.write_text(json.dumps(initial_state()), encoding="utf-8")
        here, changes = RunState.QUEUED, []
        for wanted in path_of_states:
            if can_change(here, wanted):
                change_state(run, wanted, "go")
                changes.append({"from": here.value, "to": wanted.value})
                here = wanted
            else:
                with pytest.raises(IllegalTransition) as caught:
                    change_state(run, wanted, "go")
                assert (caught.value.old, caught.value.new) == (here, wanted)
            assert read_state(run).state is here
        assert [e.data for e in read_events(run)] == changes


@pytest.mark.parametrize("text", ["", '{"state": "run', "[]", "{}", '{"state": "stale"}', '{"state": 3}'])
def test_an_unreadable_state_is_told_and_not_overwritten(run: Path, text: str) -> None:
    RunPaths(run).state.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"state\.json"):
        read_state(run)
    with pytest.raises(UnreadableFile, match=r"state\.json"):
        change_state(run, RunState.RUNNING, "go")
    assert RunPaths(run).state.read_text(encoding="utf-8") == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["pid", "started", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(list(initial_state())), JSON))
def test_odd_values_in_a_state_become_unknown(values: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        RunPaths(Path(folder)).state.write_text(json.dumps({**values, "state": "running"}), encoding="utf-8")
        view = read_state(Path(folder))
    assert isinstance(view.attempt, int)
    assert view.progress is None or isinstance(view.progress, float)
    assert view.error is None or isinstance(view.error, dict)


CLAIM = """
import sys
from pathlib import Path
from tuner.core.states import RunState
from tuner.runs.state_file import IllegalTransition, change_state
sys.stdin.readline()
try:
    change_state(Path(sys.argv[1]), RunState.RUNNING, "claimed")
    print("mine")
except IllegalTransition:
    print("taken")
"""


def test_of_many_who_claim_a_run_one_gets_it(run: Path) -> None:
    claimers = [start_python(CLAIM, str(run)) for _ in range(4)]
    assert sorted(let_go(claimers)) == ["mine", "taken", "taken", "taken"]
    assert [e.type for e in read_events(run)] == ["created", "state"]
