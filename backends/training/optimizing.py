"""Optimizer and learning-rate schedule in transformers' words."""

from __future__ import annotations

from pydantic import JsonValue

from tuner.core.enums import Optimization, OptimizerType, SchedulerType
from tuner.core.job import JobConfiguration


def scheduler_arguments(job: JobConfiguration, changes: list[str]) -> tuple[str, dict[str, JsonValue]]:
    """lr_scheduler_type and lr_scheduler_kwargs."""
    scheduler = job.optimizer.scheduler
    floor, cycles = scheduler.min_lr_ratio, scheduler.cycles
    if scheduler.type is SchedulerType.COSINE:
        return (
            ("cosine_with_min_lr", {"min_lr_rate": floor, "num_cycles": cycles})
            if floor
            else (
                "cosine",
                {"num_cycles": cycles},
            )
        )
    if scheduler.type in {SchedulerType.LINEAR, SchedulerType.POLYNOMIAL} and (
        floor or scheduler.type is SchedulerType.POLYNOMIAL
    ):
        if scheduler.type is SchedulerType.LINEAR:
            changes.append("a linear schedule with a floor is a polynomial of power 1 in transformers")
        return "polynomial", {"lr_end": floor * job.optimizer.learning_rate, "power": 1.0}
    return scheduler.type.value, {}


def optimizer_name(job: JobConfiguration) -> str:
    """optim."""
    enabled = job.optimizations.enabled
    small, paged = Optimization.OPTIMIZER_8BIT in enabled, Optimization.PAGED_OPTIMIZER in enabled
    name = {
        OptimizerType.ADAMW: "adamw_torch",
        OptimizerType.ADAFACTOR: "adafactor",
        OptimizerType.SGD: "sgd",
        OptimizerType.LION: "lion_32bit",
        OptimizerType.MUON: "muon",
    }[job.optimizer.type]
    if job.optimizer.type in {OptimizerType.ADAMW, OptimizerType.LION} and (small or paged):
        return f"{'paged_' if paged else ''}{job.optimizer.type.value}_{'8bit' if small else '32bit'}"
    return name
