"""A run of the quick backend that ran out of memory, with its configuration and data."""

from __future__ import annotations

from pathlib import Path

from tests.support.run_builder import build_run
from tests.tuiapp.screen.fake_backend import add_data
from tuner.config.workspace import Workspace
from tuner.core.states import RunState

JOB = """\
# Needs more than there is
objective: sft
model: {base_model: org/base-2m}
datasets: {training: data/train.jsonl, validation_fraction: 0.25}
schedule:
  max_steps: 3
  batch_size: 16    # too many
  sequence_length: 512
"""


def add_out_of_memory(workspace: Workspace, *, job: str = JOB) -> Path:
    """The run; it is the only one."""
    add_data(workspace)
    error = {"class": "user", "code": "TRAINING_OOM", "message": "out of memory at step 1", "hint": "halve the batch"}
    path = build_run(
        workspace.runs,
        run_id="20261120-100100-sft-too-big-c01e",
        name="too-big",
        state=RunState.FAILED,
        state_patch={"step": 1, "total_steps": 3, "error": error},
        manifest={"backend": "cpu"},
    )
    (path / "job.yaml").write_text(job, encoding="utf-8")
    (path / "console.log").write_text("out of memory\n", encoding="utf-8")
    return path
