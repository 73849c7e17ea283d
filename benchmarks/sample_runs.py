"""Finished and live runs, fabricated through the same writers that real ones use."""

from __future__ import annotations

import math
import sys
from pathlib import Path

from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.jobs.identity import boot_id, host_name, identify
from tuner.jobs.submit import Launch, RunSpec, create_run
from tuner.runs.layout import RunPaths
from tuner.runs.rows import MetricRowWriter
from tuner.runs.state_file import change_state


def make_runs(root: Path, count: int, steps: int) -> list[Path]:
    """``count`` finished runs of ``steps`` rows each, newest last."""
    return [_make(Workspace(root), f"sample-{i}", steps, live=False) for i in range(count)]


def make_live_run(root: Path, steps: int) -> Path:
    """A run that this very process supervises, as far as anyone can see."""
    return _make(Workspace(root), "live-run", steps, live=True)


def _make(workspace: Workspace, name: str, steps: int, *, live: bool) -> Path:
    spec = RunSpec(kind="train", name=name, objective="sft", backend="cpu", payload={}, job_yaml="objective: sft\n")
    run_dir = create_run(workspace, spec, lambda _: Launch([sys.executable, "-c", "pass"], "."))
    writer = MetricRowWriter(RunPaths(run_dir).logs)
    for step in range(1, steps + 1):
        writer.write(step, {"loss": 2 * math.exp(-step / 100) + 0.3, "learning_rate": 1e-4})
    RunPaths(run_dir).console.write_text("".join(f"12:00:00 step={s}\n" for s in range(steps)))
    me = {"host": host_name(), "boot_id": boot_id(), "supervisor": identify().as_dict()}
    change_state(run_dir, RunState.RUNNING, "training", patch={**me, "phase": "training", "step": steps})
    RunPaths(run_dir).heartbeat.touch()
    if not live:
        change_state(run_dir, RunState.FINALIZING, "finalizing")
        change_state(run_dir, RunState.SUCCEEDED, "finished", patch={"phase": None})
    return run_dir
