"""How a training that ends before its last step says so (standard library only)."""

from __future__ import annotations

from pathlib import Path

from Trainers.common.guards import StoppedEarly
from Trainers.common.reporting import Reporter, say
from tuner.core.errors import TunerError
from tuner.runs.checkpoint_marker import is_complete
from tuner.runs.layout import RunPaths, checkpoint_step


def tell_stopped_early(reporter: Reporter, why: StoppedEarly) -> None:
    """Record the reason in events, results and log; the run ends as succeeded."""
    say(why.message)
    reporter.event("early_stopping", why.message, why.as_dict())
    reporter.manifest({"results": {"stopped_early": why.as_dict()}})


def with_last_checkpoint(error: TunerError, run_dir: Path) -> TunerError:
    """The failure with what is left to go on from."""
    step = last_whole_step(run_dir)
    saved = "no checkpoint was saved before" if step is None else f"the last whole checkpoint is checkpoint-{step}"
    onward = "" if step is None else f"; go on from an earlier checkpoint with model.parent: {run_dir.name}@{step}"
    return TunerError(
        f"{error.message}; {saved}",
        code=error.code,
        failure_class=error.failure_class,
        hint=f"{error.hint}{onward}",
    )


def last_whole_step(run_dir: Path) -> int | None:
    """The step of the newest whole checkpoint; None where there is none."""
    folder = RunPaths(run_dir).checkpoints
    found = [(step, path) for path in folder.glob("checkpoint-*") if (step := checkpoint_step(path)) is not None]
    return next((step for step, path in sorted(found, reverse=True) if is_complete(path)), None)
