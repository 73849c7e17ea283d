"""What the Data mode is asked to look at, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuner.core.states import RunState
from tuner.runs.summary import RunSummary

OBJECTIVES = ("sft", "kto", "dpo", "pretrain")
SEQUENCE_LENGTH = 2048


@dataclass(frozen=True, slots=True)
class DataRequest:
    """A file, and the job it is looked at for. ``model``: a Hub id, a folder or RUN[@STEP]; None: no tokens."""

    path: Path
    objective: str = "sft"
    model: str | None = None
    sequence_length: int = SEQUENCE_LENGTH


def usual_model(path: Path | None, runs: Sequence[RunSummary]) -> str | None:
    """The model that a file was last trained with, else that of the newest run; None where there is none.

    Runs that failed before their first step count last: their model may not be on this machine.
    """
    trained = sorted((r for r in runs if r.model), key=lambda r: r.state == RunState.FAILED and not r.step)
    same = (r for r in trained if path is not None and r.dataset and Path(r.dataset).name == path.name)
    return next((r.model for r in same), trained[0].model if trained else None)


def known_models(runs: Sequence[RunSummary]) -> list[str]:
    """The models of the workspace's runs, the newest first."""
    return list(dict.fromkeys(r.model for r in runs if r.model))
