"""How a configuration that ran out of memory can be made to fit, the gentlest change first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tuner.core.backend_protocol import Capabilities
from tuner.core.enums import MethodType, Objective, Optimization, OptimizerType
from tuner.core.job import JobConfiguration
from tuner.core.ranges import ranges_for

Need = Callable[[JobConfiguration], int | None]
"""Bytes that a configuration needs; None where that is not known."""

Truncated = Callable[[int], int | None]
"""Rows that have more tokens than so many; None where they were not counted."""

_SAFE_SHARE = 0.9
"""Of the memory that is there: an estimate is an estimate."""
_LESS = 0.8
"""Where an estimate said that it fits and it did not, the fix must need so much less by the same estimate."""


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter's value before and after, and what it gains or costs, in words."""

    path: str
    before: object
    after: object
    why: str

    def as_dict(self) -> dict[str, object]:
        """The change as JSON reports it."""
        return {"path": self.path, "before": self.before, "after": self.after, "why": self.why}


def propose_fix(
    job: JobConfiguration,
    facts: Mapping[str, int],
    *,
    can: Capabilities | None = None,
    need: Need | None = None,
    available: int | None = None,
    truncated: Truncated | None = None,
) -> list[Change]:
    """The changes after which ``job`` should fit; [] where nothing is left to change.

    The batch is divided and the accumulation multiplied, so that the effective batch stays; then come gradient
    checkpointing and what else the backend offers; shorter sequences come last, because they cost data. It goes on
    until ``need`` says that it fits into ``available`` bytes, and takes one step where that is not known.

    Args:
        facts: longest_row (tokens), where known: lengths above it change nothing.
        can: what the backend can do; None: everything.
        need: see ``Need``.
        available: bytes; None where not known.
        truncated: see ``Truncated``.
    """
    now = job
    limit = _limit(job, need, available)
    found: list[Change] = []
    while True:
        step = next(_steps(now, facts, can, truncated), None)
        if step is None:
            break
        changed, changes = step
        found += changes
        now = changed
        needed = need(now) if need is not None else None
        if needed is None or limit is None or needed <= limit:
            break
    return _merged(found)


def with_changes(job: JobConfiguration, changes: list[Change]) -> JobConfiguration:
    """The job with the changes made.

    Raises:
        pydantic.ValidationError: a value is refused.
    """
    tree = job.model_dump(mode="json", exclude_unset=True)
    for change in changes:
        *sections, key = change.path.split(".")
        here = tree
        for name in sections:
            here = here.setdefault(name, {})
        here[key] = change.after
    return JobConfiguration.model_validate(tree)


def _limit(job: JobConfiguration, need: Need | None, available: int | None) -> int | None:
    needed = need(job) if need is not None else None
    if needed is None:
        return None
    limits = [round(needed * _LESS)]
    if available:
        limits.append(round(available * _SAFE_SHARE))
    return min(limits)


Step = tuple[JobConfiguration, list[Change]]


def _steps(
    job: JobConfiguration, facts: Mapping[str, int], can: Capabilities | None, truncated: Truncated | None
) -> Iterator[Step]:
    """What can still be changed, the gentlest first; only the first one is taken."""
    for changes in (
        _smaller_batch(job),
        _optimization(job, can, Optimization.GRADIENT_CHECKPOINTING, "activations are computed again, not kept"),
        _optimization(job, can, Optimization.FUSED_KERNELS, "fused kernels keep less between"),
        _smaller_optimizer(job, can),
        _shorter(job, facts, truncated),
    ):
        if changes:
            yield with_changes(job, changes), changes


def _smaller_batch(job: JobConfiguration) -> list[Change]:
    """Divide by the smallest factor that keeps the effective batch whole and within the ranges."""
    batch, accumulation = job.schedule.batch_size, job.schedule.gradient_accumulation
    least = 2 if job.objective is Objective.KTO else 1
    most = ranges_for(job.objective.value)["schedule.gradient_accumulation"].maximum
    for factor in range(2, batch + 1):
        if batch % factor or batch // factor < least or accumulation * factor > most:
            continue
        smaller, more = batch // factor, accumulation * factor
        why = f"{smaller} x {more} is {batch * accumulation} examples a step, as before"
        return [
            Change("schedule.batch_size", batch, smaller, "fewer examples are in memory at once"),
            Change("schedule.gradient_accumulation", accumulation, more, why),
        ]
    return []


def _optimization(job: JobConfiguration, can: Capabilities | None, which: Optimization, why: str) -> list[Change]:
    enabled = job.optimizations.enabled
    if which in enabled or (can is not None and which not in can.optimizations):
        return []
    before = [o.value for o in enabled]
    return [Change("optimizations.enabled", before, [*before, which.value], f"{which.value}: {why}")]


def _smaller_optimizer(job: JobConfiguration, can: Capabilities | None) -> list[Change]:
    """Worth it only where the optimizer is large: with all weights trained."""
    if job.method.type is not MethodType.FULL or job.optimizer.type not in {OptimizerType.ADAMW, OptimizerType.LION}:
        return []
    return _optimization(job, can, Optimization.OPTIMIZER_8BIT, "a quarter of the optimizer's memory")


def _shorter(job: JobConfiguration, facts: Mapping[str, int], truncated: Truncated | None) -> list[Change]:
    before = job.schedule.sequence_length
    least = int(ranges_for(job.objective.value)["schedule.sequence_length"].minimum)
    after = max(least, min(before, facts.get("longest_row") or before) // 2)
    if after >= before:
        return []
    rows = truncated(after) if truncated is not None else None
    cost = "rows longer than that are truncated" if rows is None else f"{rows} rows are truncated"
    return [Change("schedule.sequence_length", before, after, cost)]


def _merged(changes: list[Change]) -> list[Change]:
    """One change a parameter, from its first value to its last."""
    merged: dict[str, Change] = {}
    for change in changes:
        first = merged.get(change.path)
        if first is None:
            merged[change.path] = change
            continue
        why = f"{first.why}; {change.why}" if change.path == "optimizations.enabled" else change.why
        merged[change.path] = Change(change.path, first.before, change.after, why)
    return [c for c in merged.values() if c.before != c.after]
