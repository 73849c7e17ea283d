"""The cpu backend with a trainer of a few lines instead of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from backends.training.cpu import CPUBackend
from tests.support.fake_trainers import PRELUDE, TRAINS
from tests.support.subprocesses import ROOT
from tuner.config.workspace import Workspace
from tuner.core.backend_protocol import LaunchPlan
from tuner.core.registry import TrainingBackendRegistry

GOOD = """\
objective: sft
model: {base_model: org/base-2m}
datasets: {training: data/train.jsonl, validation: data/train.jsonl}
schedule: {max_steps: 3, batch_size: 1, sequence_length: 512}
output: {suffix: quick}
"""
BAD = GOOD.replace("objective: sft", "objective: sfd").replace("batch_size: 1", "batch_size: 0")
WARNS = GOOD + "hardware: {num_gpus: 2}\n"


class QuickBackend(CPUBackend):
    """Validates and translates as cpu does; trains three steps in no time."""

    def validate_environment(self, python_path: str = sys.executable) -> tuple[bool, str]:
        return True, ""

    def launch_plan(
        self, trainer: str, run_dir: Path, python_path: str, payload: Mapping[str, JsonValue] | None = None
    ) -> LaunchPlan:
        script = run_dir.parent.parent / f"{run_dir.name}.py"
        script.write_text(PRELUDE + TRAINS, encoding="utf-8")
        argv = [sys.executable, "-S", str(script), str(run_dir)]
        return LaunchPlan(argv=argv, cwd=run_dir.parent.parent, environment={"PYTHONPATH": str(ROOT)})


def quick_backends() -> TrainingBackendRegistry:
    """A registry that knows the quick backend alone, as cpu."""
    return TrainingBackendRegistry({"cpu": QuickBackend})


def add_data(workspace: Workspace) -> None:
    """A training file of a few rows."""
    folder = workspace.root / "data"
    folder.mkdir(exist_ok=True)
    row = {"messages": [{"role": "user", "content": "lights on"}, {"role": "assistant", "content": "done"}]}
    (folder / "train.jsonl").write_text((json.dumps(row) + "\n") * 8, encoding="utf-8")


def add_file(workspace: Workspace, text: str, name: str = "quick.yaml") -> Path:
    """A configuration file in the workspace."""
    path = workspace.root / name
    path.write_text(text, encoding="utf-8")
    return path
