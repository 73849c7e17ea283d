"""How long a training takes: by earlier runs alike, else by its arithmetic and what such hardware does a second."""

from __future__ import annotations

import os
from dataclasses import dataclass

from tuner.core.enums import MethodType, Objective, Optimization
from tuner.core.job import JobConfiguration
from tuner.data.model_facts import ModelFacts

_RATES = {"cpu": (12e9, 3.0), "cuda": (60e12, 4.0), "mps": (3e12, 4.0)}
"""Arithmetic a second that a training really gets out of a core, a GPU and an Apple chip, and the factor by which that
may be off in either direction: devices of one kind differ tenfold, so this is a rule for the order of magnitude."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds with their range, and where they come from, in words."""

    seconds: float
    low: float
    high: float
    basis: str


def flops_per_token(job: JobConfiguration, model: ModelFacts) -> float:
    """Floating-point operations a token: 2 a weight forward, 2 back to the inputs, 2 to the weights that are trained.

    6N is Kaplan et al., "Scaling Laws for Neural Language Models" (2020), section 2.1; its attention term is 2 a layer,
    position attended to and hidden element, forward alone.
    """
    weights = model.active_parameters
    forward = 2.0 * weights
    backward = 2.0 * weights + (2.0 * weights if job.method.type is MethodType.FULL else 0.0)
    again = forward if Optimization.GRADIENT_CHECKPOINTING in job.optimizations.enabled else 0.0
    attention = 2.0 * model.layers * model.hidden_size * min(job.schedule.sequence_length, 4096) / 2
    runs = {Objective.DPO: 2.0, Objective.KTO: 1.0}.get(job.objective, 1.0)
    reference = {Objective.DPO: 2.0, Objective.KTO: 3.0}.get(job.objective, 0.0)
    return runs * (forward + backward + again + 3 * attention) + reference * (forward + attention)


def pace_by_rule(job: JobConfiguration, model: ModelFacts, tokens: int | None, device: str) -> Pace | None:
    """The time of a run of so many tokens; None where their number is not known."""
    if not tokens:
        return None
    rate, factor = _RATES.get(device, _RATES["cuda"])
    units = _cores() if device == "cpu" else job.hardware.num_gpus
    seconds = tokens * flops_per_token(job, model) / (rate * max(1, units))
    basis = f"time by a rule of thumb for {device}, off by a factor of {factor:g} in either direction"
    return Pace(seconds, seconds / factor, seconds * factor, basis)


def pace_of_earlier(tokens: int | None, rates: list[float]) -> Pace | None:
    """The time by the tokens a second of earlier runs alike, the latest first; None where there are none."""
    known = [r for r in rates if r > 0]
    if not tokens or not known:
        return None
    seconds = tokens / known[0]
    spread = max(1.25, max(known) / known[0], known[0] / min(known))
    count = "an earlier run" if len(known) == 1 else f"{len(known)} earlier runs"
    return Pace(seconds, seconds / spread, seconds * spread, f"time by {count} of the same model, method and backend")


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
