"""Trainers of a few lines of standard library, so that a run takes a fraction of a second."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.subprocesses import ROOT
from tuner.config.workspace import Workspace
from tuner.jobs.submit import Launch, RunSpec, create_run

PRELUDE = """
import json, os, signal, subprocess, sys, time
from pathlib import Path
from Trainers.common.entry import run_script
from tuner.core.errors import ErrorCode, FailureClass, TunerError
from tuner.core.states import Phase
from tuner.runs.atomic import write_json
from tuner.runs.checkpoint_marker import mark_complete
from tuner.runs.control import Request, read_request, write_request

run_dir = Path(sys.argv[1])

def forever():
    while True:
        time.sleep(0.02)

def save(folder):
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text('{"peft_type": "LORA", "r": 8}')
    (folder / "adapter_model.safetensors").write_bytes(bytes(64))
    mark_complete(folder)
"""

TRAINS = """
def work(payload, reporter):
    reporter.phase(Phase.TRAINING)
    for step in (1, 2, 3):
        reporter.progress(step, 3)
        reporter.rows.write(step, {"loss": 3.0 - step, "eval_loss": abs(2 - step) + 1.0, "num_tokens": 10.0 * step})
        save(payload.paths.checkpoints / f"checkpoint-{step}")
        reporter.event("checkpoint", f"saved checkpoint-{step}", {"step": step})
    reporter.rows.write(3, {"train_runtime": 2.0})
    print("training is over")
    save(payload.paths.final_model)
    return True
sys.exit(run_script(work))
"""

SAVES_ON_REQUEST = """
def work(payload, reporter):
    reporter.phase(Phase.TRAINING)
    reporter.progress(1, 100)
    while read_request(run_dir) is None:
        time.sleep(0.02)
    reporter.rows.write(7, {"loss": 1.0})
    save(payload.paths.checkpoints / "checkpoint-7")
    return False
sys.exit(run_script(work))
"""

NEVER_ENDS = """
(run_dir / "started").touch()
forever()
"""


def fake_run(
    workspace: Workspace,
    code: str,
    *,
    name: str = "fake",
    python: str = sys.executable,
    environment: Mapping[str, str] | None = None,
    passed_on: Sequence[str] = (),
    kind: str = "train",
) -> Path:
    """A queued run whose trainer is the code; ``run_dir``, ``save``, ``forever`` and our packages are at hand in it."""

    def launch(run_dir: Path) -> Launch:
        script = workspace.root / f"{run_dir.name}.py"
        script.write_text(PRELUDE + code, encoding="utf-8")
        variables = {"PYTHONPATH": str(ROOT), **(environment or {})}
        return Launch([python, "-S", str(script), str(run_dir)], str(run_dir), variables, list(passed_on))

    objective = "sft" if kind == "train" else None
    return create_run(workspace, RunSpec(kind=kind, name=name, payload={}, objective=objective, backend="cpu"), launch)
