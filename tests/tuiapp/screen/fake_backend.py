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
from tuner.core.backend_protocol import Capabilities, LaunchPlan
from tuner.core.enums import Objective
from tuner.core.job import JobConfiguration
from tuner.core.registry import TrainingBackendRegistry

GOOD = """\
objective: sft
model: {base_model: org/base-2m}
datasets: {training: data/train.jsonl, validation: data/validation.jsonl}
schedule: {max_steps: 3, batch_size: 1, sequence_length: 512}
output: {suffix: quick}
"""
BAD = GOOD.replace("objective: sft", "objective: sfd").replace("batch_size: 1", "batch_size: 0")
WARNS = GOOD + "hardware: {num_gpus: 2}\n"
_NO_MODEL = """
import Trainers.common.entry
Trainers.common.entry.bring_model = lambda payload, reporter: None
"""
"""What is trained here is no model, so none is fetched."""


class QuickBackend(CPUBackend):
    """Validates and translates as cpu does; trains three steps in no time."""

    def validate_environment(self, python_path: str = sys.executable) -> tuple[bool, str]:
        return True, ""

    def launch_plan(
        self, trainer: str, run_dir: Path, python_path: str, payload: Mapping[str, JsonValue] | None = None
    ) -> LaunchPlan:
        script = run_dir.parent.parent / f"{run_dir.name}.py"
        script.write_text(PRELUDE + _NO_MODEL + TRAINS, encoding="utf-8")
        argv = [sys.executable, "-S", str(script), str(run_dir)]
        return LaunchPlan(argv=argv, cwd=run_dir.parent.parent, environment={"PYTHONPATH": str(ROOT)})


class LabBackend(QuickBackend):
    """Takes SFT and KTO in batches up to 16, and leaves the seed out."""

    @property
    def name(self) -> str:
        return "lab"

    def capabilities(self, model: str | None = None) -> Capabilities:
        can = super().capabilities(model)
        return can.model_copy(
            update={
                "objectives": [Objective.SFT, Objective.KTO],
                "ranges": {**can.ranges, "schedule.batch_size": (0, 16)},
                "unsupported": {"seed": "it has its own"},
            }
        )

    def inapplicable(self, job: JobConfiguration) -> dict[str, str]:
        return {"preference": f"{job.objective.value} has no preference"}


def quick_backends() -> TrainingBackendRegistry:
    """A registry that knows the quick backend, as cpu, and one that can do less."""
    return TrainingBackendRegistry({"cpu": QuickBackend, "lab": LabBackend})


def add_data(workspace: Workspace) -> None:
    """Files of a few rows to train on and to validate with."""
    folder = workspace.root / "data"
    folder.mkdir(exist_ok=True)
    for name, rooms in (("train", range(8)), ("validation", range(8, 12))):
        said = [(f"lights on in room {room}", f"done: room {room}") for room in rooms]
        rows = [{"messages": [{"role": "user", "content": a}, {"role": "assistant", "content": b}]} for a, b in said]
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")


def add_file(workspace: Workspace, text: str, name: str = "quick.yaml") -> Path:
    """A configuration file in the workspace."""
    path = workspace.root / name
    path.write_text(text, encoding="utf-8")
    return path
