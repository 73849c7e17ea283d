"""A job all the way into a constructed trainer, which is not run: translated, its files read, its model loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backends.training import CPUBackend
from tests.support.run_builder import build_run
from tuner.core.enums import Objective
from tuner.core.job import JobConfiguration
from tuner.core.states import RunState
from tuner.runs.layout import RunPaths


@dataclass
class Silent:
    """A Reporter that keeps what it was told."""

    run_dir: Path
    events: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def phase(self, *_: object, **__: object) -> None:
        return

    def event(self, kind: str, message: str, data: Mapping[str, object] | None = None) -> None:
        self.events.append(message)

    def warn(self, text: str, data: Mapping[str, object] | None = None) -> None:
        self.event("warning", text, data)

    def manifest(self, patch: Mapping[str, object]) -> None:
        self.facts.update(patch)


@dataclass
class Built:
    """What a job became. ``rows`` are those of its files."""

    job: JobConfiguration
    payload: Any
    rows: Any
    trainer: Any
    reporter: Silent

    @property
    def args(self) -> Any:
        return self.trainer.args

    @property
    def adapter(self) -> Any:
        return self.trainer.model.peft_config["default"]

    @property
    def tokenizer(self) -> Any:
        return self.trainer.processing_class

    def learned(self, row: int = 0) -> str:
        """The text of a training row's learned tokens."""
        return str(self.tokenizer.decode([i for i in self.trainer.train_dataset[row]["labels"] if i != -100]))


def build(job: JobConfiguration, run_dir: Path) -> Built:
    """Construct the trainer of a cpu job, exactly as its training script does."""
    from Trainers.common.datasets import load_rows
    from Trainers.common.models import load_model
    from Trainers.common.payload import Payload
    from Trainers.common.training import training_arguments
    from Trainers.common.trl_arguments import made_with
    from Trainers.common.trl_trainer import make_trainer
    from Trainers.pretrain.train import make_trainer as make_pretrainer

    run_dir.mkdir(parents=True, exist_ok=True)
    translation = CPUBackend().translate_configuration(job, {})
    payload = Payload(run_dir, json.loads(json.dumps(translation.payload)))
    reporter: Any = Silent(run_dir)
    rows = load_rows(payload, reporter, job.objective)
    if job.objective is Objective.PRETRAIN:
        return Built(job, payload, rows, make_pretrainer(payload, reporter, rows), reporter)
    trainer_class, config_class = trl_classes(job.objective)
    config = made_with(training_arguments(payload, bool(rows.validation)), config_class, reporter)
    model, tokenizer = load_model(payload, reporter)
    trainer = make_trainer(payload, reporter, job.objective, rows, model, tokenizer, trainer_class, config)
    return Built(job, payload, rows, trainer, reporter)


def trl_classes(objective: Objective) -> tuple[Any, Any]:
    """The trainer and its configuration class."""
    import trl

    name = objective.value.upper()
    return getattr(trl, f"{name}Trainer"), getattr(trl, f"{name}Config")


def train_here(backend: CPUBackend, job: JobConfiguration, workspace: Path, **facts: int) -> Path:
    """Run a job's training script in this process, in a run directory of its own. Returns that directory."""
    from importlib import import_module

    from Trainers.common.payload import load_payload
    from Trainers.common.reporting import Reporter

    run_dir = build_run(workspace / "runs", name="here", objective=job.objective.value, state=RunState.RUNNING)
    payload = backend.translate_configuration(job, facts).payload
    RunPaths(run_dir).payload.write_text(json.dumps(payload), encoding="utf-8")
    script = import_module(f"Trainers.{job.objective.value}.train")
    assert script.train(load_payload(run_dir), Reporter(run_dir)), "it was not asked to stop"
    return run_dir
