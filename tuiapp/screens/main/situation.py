"""What is there to act upon just now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuiapp.actions import Action, Need
from tuner.core.out_of_memory import lacked_memory
from tuner.discovery.run_folders import OURS
from tuner.runs.summary import RunSummary


@dataclass(frozen=True)
class Situation:
    """The selected run, how many there are, whether it has checkpoints, and what an action on several is done to."""

    run: RunSummary | None
    runs: int
    checkpoints: bool
    targets: Sequence[RunSummary] = ()


def why_not(action: Action, situation: Situation) -> str:
    """Why an action has no sense now; "" where it has."""
    run = situation.run
    met = {
        Need.NOTHING: True,
        Need.RUNS: situation.runs > 0,
        Need.RUN: run is not None,
        Need.LIVE_RUN: run is not None and run.is_live,
        Need.ENDED_RUN: run is not None and not any(r.is_live for r in situation.targets or (run,)),
        Need.OWN_RUN: run is not None and run.source == OURS,
        Need.FOREIGN_RUN: run is not None and run.source != OURS,
        Need.OUT_OF_MEMORY: run is not None and run.source == OURS and lacked_memory(run.error),
        Need.CHECKPOINT: run is not None and situation.checkpoints,
    }
    if met[action.need]:
        return ""
    return action.need.value if run is not None or action.need is Need.RUNS else Need.RUN.value
