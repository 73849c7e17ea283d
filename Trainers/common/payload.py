"""payload.json: the job in the trainer's own terms (standard library only)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuner.runs.layout import RunPaths


@dataclass(frozen=True)
class Payload:
    """What the backend translated the job to, and the run it belongs to."""

    run_dir: Path
    values: dict[str, Any]

    @property
    def paths(self) -> RunPaths:
        return RunPaths(self.run_dir)

    @property
    def model(self) -> dict[str, Any]:
        return dict(self.values["model"])

    @property
    def dataset(self) -> dict[str, Any]:
        return dict(self.values["dataset"])

    @property
    def method(self) -> dict[str, Any]:
        return dict(self.values["method"])

    @property
    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of the trainer's own configuration class."""
        return dict(self.values["arguments"])

    @property
    def spread(self) -> dict[str, int]:
        """How many checkpoints and evaluations to spread over the run, where no step interval rules."""
        return dict(self.values.get("spread", {}))

    @property
    def guards(self) -> dict[str, Any]:
        """When the run should end before its last step (Trainers.common.guards)."""
        return dict(self.values.get("guards", {}))

    @property
    def reporting(self) -> dict[str, Any]:
        """Where rows are written besides the run's own files (Trainers.common.mirrors)."""
        return dict(self.values.get("reporting", {}))

    @property
    def spread_out(self) -> bool:
        """Whether the weights themselves are spread over several GPUs, so that no process loads them all onto one."""
        return self.values.get("distributed", {}).get("way") in {"fsdp", "deepspeed_zero3"}

    @property
    def seed(self) -> int:
        return int(self.values["seed"])

    def option(self, name: str, default: Any = None) -> Any:
        """A backend-specific option (metadata of the job)."""
        return self.values.get("options", {}).get(name, default)


def load_payload(run_dir: Path) -> Payload:
    """Read the payload that stands in the run directory."""
    return Payload(run_dir, json.loads(RunPaths(run_dir).payload.read_bytes()))
