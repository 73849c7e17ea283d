"""Whether a run will fit into this machine's memory, said before it starts, with what would make it fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tuner.core.backend_protocol import Estimate, TrainingBackend
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration
from tuner.core.memory_fix import Change, propose_fix

_GB = 1e9


def memory_issues(
    job: JobConfiguration, facts: Mapping[str, int], backend: TrainingBackend, estimate: Estimate
) -> Iterator[Issue]:
    """A warning where even the low end of the estimate is more than is free, an info where its high end is.

    ``estimate`` has ``available_bytes``; nothing is said where that or the need is not known.
    """
    free, low, high = estimate.available_bytes, estimate.low_bytes, estimate.high_bytes
    if free is None or low is None or high is None or high <= free:
        return
    needs = f"it needs about {_gb(estimate.total_bytes or high)} ({_gb(low)} to {_gb(high)})"
    changes = propose_fix(
        job, facts, can=backend.capabilities(job.model.base_model), need=need_of(backend, facts), available=free
    )
    hint = in_words(changes) or "choose a smaller model, or method.type: lora or qlora"
    if low > free:
        yield Issue(
            path="schedule.batch_size",
            severity=Severity.WARNING,
            code="MEMORY",
            message=f"it will not fit: {needs}, {_gb(low - free)} more than the {_gb(free)} that are free",
            hint=f"{hint}; or accept that it may run out of memory (--accept MEMORY)",
        )
    else:
        yield Issue(
            path="schedule.batch_size",
            severity=Severity.INFO,
            code="MEMORY",
            message=f"it may not fit: {needs}, and {_gb(free)} are free",
            hint=f"should it run out of memory: {hint}",
        )


def need_of(backend: TrainingBackend, facts: Mapping[str, int]) -> Callable[[JobConfiguration], int | None]:
    """What a configuration needs by this backend's estimate, in bytes."""
    return lambda job: backend.estimate(job, facts).total_bytes


def in_words(changes: list[Change]) -> str:
    """The changes as one would type them."""
    return ", ".join(f"{c.path}: {_value(c.after)}" for c in changes)


def _value(value: object) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def _gb(size: int) -> str:
    return f"{size / _GB:.1f} GB" if size < 100 * _GB else f"{size / _GB:.0f} GB"
