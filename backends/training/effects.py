"""What has no effect on the TRL trainers beside a job's other choices: one source of issues and of greyed fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backends.training.checks import value_at
from tuner.core.enums import (
    DatasetFormat,
    Device,
    MethodType,
    Objective,
    Optimization,
    OptimizerType,
    SchedulerType,
    TrainOnInputs,
)
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration

_CONSTANT = {SchedulerType.CONSTANT, SchedulerType.CONSTANT_WITH_WARMUP}
_SMALL_STATE = (Optimization.OPTIMIZER_8BIT, Optimization.PAGED_OPTIMIZER)
_ENABLED = "optimizations.enabled"
_OF_OBJECTIVE = {
    "train_on_turns": (Objective.SFT,),
    "dpo_loss": (Objective.DPO,),
    "dpo_label_smoothing": (Objective.DPO,),
    "kto_loss": (Objective.KTO,),
    "precompute_reference": (Objective.KTO, Objective.DPO),
    "padding_free": (Objective.SFT,),
    "group_by_length": (Objective.SFT, Objective.DPO),
}


@dataclass(frozen=True, slots=True)
class Idle:
    """A parameter or section without effect. An element of a list has the list's path and its own name after it.

    ``severity``: of the issue where the job gives it nevertheless; None where another parameter openly rules over it.
    """

    path: str
    why: str
    severity: Severity | None = Severity.WARNING


def inapplicable(job: JobConfiguration) -> dict[str, str]:
    """Path → why the parameter has no effect, whether the job gives it or not."""
    return {idle.path: idle.why for idle in _idle(job)}


def effect_issues(job: JobConfiguration, device: str) -> Iterator[Issue]:
    """Warnings for what the job gives and the TRL trainers would leave out; infos for whole sections."""
    if job.hardware.device not in {Device.AUTO, device}:
        yield Issue(
            path="hardware.device",
            severity=Severity.ERROR,
            code="UNSUPPORTED_DEVICE",
            message=f"this backend trains on {device}, not on {job.hardware.device.value}",
            hint="set hardware.device: auto, or choose another backend",
        )
    values = job.model_dump(mode="json")
    defaults = JobConfiguration.model_construct().model_dump(mode="json")
    for idle in _idle(job):
        if idle.severity is not None and _is_given(idle.path, values, defaults):
            yield _issue(idle, idle.severity)


def _is_given(path: str, values: object, defaults: object) -> bool:
    parent, _, name = path.rpartition(".")
    if parent == _ENABLED:
        enabled = value_at(values, parent)
        return isinstance(enabled, list) and name in enabled
    return value_at(values, path) != value_at(defaults, path)


def _idle(job: JobConfiguration) -> Iterator[Idle]:
    yield from _of_model(job)
    yield from _of_objective(job)
    yield from _of_schedule(job)
    yield from _of_scheduler(job)
    if job.optimizer.type not in {OptimizerType.ADAMW, OptimizerType.LION}:
        for small in _SMALL_STATE:
            yield Idle(f"{_ENABLED}.{small.value}", f"{job.optimizer.type.value} has no {small.value}")


def _of_model(job: JobConfiguration) -> Iterator[Idle]:
    model = job.model
    if model.base_model and model.tokenizer:
        yield Idle("model.tokenizer", "a model that is loaded brings its own tokenizer")
    if model.from_scratch or (model.base_model and Path(model.base_model).is_absolute()):
        yield Idle("model.revision", "only a model from the Hub has revisions")
    if job.method.type is MethodType.FULL:
        yield Idle("method.lora", "method.type is full: all weights are trained", Severity.INFO)
    elif model.parent and Path(model.parent).is_absolute():  # found, and an adapter: a whole model becomes the base
        yield Idle(
            "method.lora", "training goes on with the parent's adapter, whose rank and modules hold", Severity.INFO
        )


def _of_objective(job: JobConfiguration) -> Iterator[Idle]:
    objective = job.objective
    name = objective.value
    if objective not in {Objective.KTO, Objective.DPO}:
        yield Idle("preference", f"{name} has no preference", Severity.INFO)
    if objective is Objective.DPO:
        why = "dpo learns from pairs; only kto weighs wanted against unwanted answers"
        yield Idle("preference.desirable_weight", why)
        yield Idle("preference.undesirable_weight", why)
    if objective in {Objective.KTO, Objective.DPO}:
        yield Idle(f"{_ENABLED}.sequence_packing", f"{name} cannot pack: it compares whole answers")
    if objective is Objective.PRETRAIN:
        yield Idle(f"{_ENABLED}.sequence_packing", "pretrain joins plain text into whole blocks anyway")
        yield Idle(f"{_ENABLED}.activation_offloading", "pretrain does not go through TRL, which brings it")
    if objective is not Objective.SFT:
        yield Idle("schedule.train_on_inputs", f"{name} decides itself which tokens it learns")
    elif job.datasets.format is DatasetFormat.TEXT:
        yield Idle("schedule.train_on_inputs", "plain text has no prompts and answers: every token is learned")
    for key, objectives in _OF_OBJECTIVE.items():
        if objective not in objectives:
            names = " and ".join(o.value for o in objectives)
            yield Idle(f"metadata.{key}", f"it belongs to {names}, the objective is {name}")
    if objective is Objective.SFT and Optimization.SEQUENCE_PACKING in job.optimizations.enabled:
        yield Idle("metadata.padding_free", "sequence_packing lays examples end to end already")
        yield Idle("metadata.pad_to_multiple_of", "sequence_packing pads nothing")
    if objective is Objective.SFT and job.schedule.train_on_inputs is TrainOnInputs.ENABLED:
        yield Idle("metadata.train_on_turns", "schedule.train_on_inputs is enabled: every token is learned")


def _of_schedule(job: JobConfiguration) -> Iterator[Idle]:
    schedule = job.schedule
    for ruling, ruled in (("max_steps", "epochs"), ("save_steps", "checkpoints"), ("eval_steps", "evaluations")):
        if getattr(schedule, ruling) is not None:
            yield Idle(f"schedule.{ruled}", f"schedule.{ruling} rules", None)
    if job.datasets.validation is not None:
        yield Idle("datasets.validation_fraction", "datasets.validation names a file of its own", None)
    elif not job.datasets.validation_fraction:
        why = "there are no validation rows: datasets.validation is not given and validation_fraction is 0"
        yield Idle("schedule.evaluations", why, None)
        yield Idle("schedule.eval_steps", why)
        yield Idle("schedule.early_stopping_patience", why)
        return
    if not schedule.evaluations and schedule.eval_steps is None:
        yield Idle("schedule.early_stopping_patience", "nothing is evaluated: schedule.evaluations is 0")


def _of_scheduler(job: JobConfiguration) -> Iterator[Idle]:
    scheduler = job.optimizer.scheduler
    name = scheduler.type.value
    if scheduler.type is SchedulerType.CONSTANT:
        yield Idle("optimizer.scheduler.warmup_ratio", "a constant schedule has none; use constant_with_warmup")
    if scheduler.type in _CONSTANT:
        yield Idle("optimizer.scheduler.min_lr_ratio", f"a {name} schedule never falls")
    if scheduler.type is not SchedulerType.COSINE:
        yield Idle("optimizer.scheduler.cycles", f"a {name} schedule has no waves")


def _issue(idle: Idle, severity: Severity) -> Issue:
    path = _ENABLED if idle.path.startswith(f"{_ENABLED}.") else idle.path
    if severity is Severity.INFO:
        message = f"this section has no effect: {idle.why}"
        return Issue(path=path, severity=severity, code="NO_EFFECT", message=message)
    return Issue(
        path=path,
        severity=severity,
        code="NOT_HONOURED",
        message=f"it would be left out: {idle.why}",
        hint="remove it, or accept that it has no effect (--accept NOT_HONOURED)",
    )
