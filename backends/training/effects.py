"""What a job asks for that would have no effect together with its other choices: said, never silently dropped."""

from __future__ import annotations

from collections.abc import Iterator

from tuner.core.enums import Device, MethodType, Objective, Optimization, OptimizerType, SchedulerType, TrainOnInputs
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration
from tuner.core.job_sections import LoraSection, PreferenceSection, SchedulerSection

_PLAIN = SchedulerSection()
_CONSTANT = {SchedulerType.CONSTANT, SchedulerType.CONSTANT_WITH_WARMUP}
_SMALL_STATE = {Optimization.OPTIMIZER_8BIT, Optimization.PAGED_OPTIMIZER}


def effect_issues(job: JobConfiguration, device: str) -> Iterator[Issue]:
    """Warnings for what the TRL trainers would leave out; infos for whole sections that do not apply."""
    yield from _schedule(job)
    if job.hardware.device not in {Device.AUTO, device}:
        yield Issue(
            path="hardware.device",
            severity=Severity.ERROR,
            code="UNSUPPORTED_DEVICE",
            message=f"this backend trains on {device}, not on {job.hardware.device.value}",
            hint="set hardware.device: auto, or choose another backend",
        )
    enabled = set(job.optimizations.enabled)
    if job.optimizer.type not in {OptimizerType.ADAMW, OptimizerType.LION} and enabled & _SMALL_STATE:
        names = ", ".join(sorted(o.value for o in enabled & _SMALL_STATE))
        yield _dropped("optimizations.enabled", f"{job.optimizer.type.value} has no {names}")
    if job.objective is Objective.KTO and Optimization.SEQUENCE_PACKING in enabled:
        yield _dropped("optimizations.enabled", "kto cannot pack: it pairs each example with its neighbour")
    if job.objective is not Objective.SFT and job.schedule.train_on_inputs is not TrainOnInputs.AUTO:
        yield _dropped("schedule.train_on_inputs", f"{job.objective.value} decides itself which tokens it learns")
    if job.objective is not Objective.KTO and job.preference != PreferenceSection():
        yield _idle("preference", f"{job.objective.value} has no preference")
    if job.method.type is MethodType.FULL and job.method.lora != LoraSection():
        yield _idle("method.lora", "method.type is full: all weights are trained")


def _schedule(job: JobConfiguration) -> Iterator[Issue]:
    scheduler = job.optimizer.scheduler
    name = scheduler.type.value
    if scheduler.type is SchedulerType.CONSTANT and scheduler.warmup_ratio:
        yield _dropped("optimizer.scheduler.warmup_ratio", "a constant schedule has none; use constant_with_warmup")
    if scheduler.type in _CONSTANT and scheduler.min_lr_ratio:
        yield _dropped("optimizer.scheduler.min_lr_ratio", f"a {name} schedule never falls")
    if scheduler.type is not SchedulerType.COSINE and scheduler.cycles != _PLAIN.cycles:
        yield _dropped("optimizer.scheduler.cycles", f"a {name} schedule has no waves")


def _dropped(path: str, why: str) -> Issue:
    return Issue(
        path=path,
        severity=Severity.WARNING,
        code="NOT_HONOURED",
        message=f"it would be left out: {why}",
        hint="remove it, or accept that it has no effect (--accept NOT_HONOURED)",
    )


def _idle(path: str, why: str) -> Issue:
    return Issue(path=path, severity=Severity.INFO, code="NO_EFFECT", message=f"this section has no effect: {why}")
