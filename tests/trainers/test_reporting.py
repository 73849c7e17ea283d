"""What a trainer tells of itself: each phase once, and no word of an earlier one."""

from __future__ import annotations

from tests.support.run_builder import build_run
from Trainers.common.reporting import Reporter
from tuner.config.workspace import Workspace
from tuner.core.states import Phase, RunState
from tuner.runs.state_file import read_state


def test_the_word_for_the_first_step_goes_once_training_is_under_way(workspace: Workspace) -> None:
    run_dir = build_run(workspace.runs, state=RunState.RUNNING)
    reporter = Reporter(run_dir)
    reporter.phase(Phase.TRAINING, "first step")
    assert read_state(run_dir).message == "first step"
    reporter.phase(Phase.TRAINING)
    assert (read_state(run_dir).phase, read_state(run_dir).message) == ("training", "")
    written = (run_dir / "state.json").stat().st_mtime_ns
    reporter.phase(Phase.TRAINING)
    assert (run_dir / "state.json").stat().st_mtime_ns == written, "nothing new to say"


def test_the_last_of_quick_steps_is_told_with_the_next_phase(workspace: Workspace) -> None:
    run_dir = build_run(workspace.runs, state=RunState.RUNNING)
    reporter = Reporter(run_dir)
    reporter.phase(Phase.TRAINING)
    for step in (1, 2, 3):
        reporter.progress(step, 20)
    reporter.phase(Phase.FINALIZING)  # it stops early
    assert (read_state(run_dir).step, read_state(run_dir).progress) == (3, 0.15)
