"""A forecast of a run before it starts: steps, tokens, memory part by part with its error, time with its error."""

from __future__ import annotations

from collections.abc import Mapping

from backends.training.forecast_error import memory_error
from backends.training.memory_parts import memory_of
from backends.training.pace import pace_by_rule
from backends.training.translate import planned_steps
from Trainers.pretrain.sizes import SIZES
from tuner.core.backend_protocol import Estimate
from tuner.core.enums import Objective, Optimization
from tuner.core.job import JobConfiguration
from tuner.data.model_facts import ModelFacts, facts_of_config, read_model_facts

_USUAL_VOCABULARY = 32_000
_MEAN_SHARE = 4
"""Where rows were not counted: the mean row is taken for a quarter of the sequence length, and said to be a guess."""


def estimate(job: JobConfiguration, facts: Mapping[str, int], dtype: str, *, device: str = "cpu") -> Estimate:
    """Forecast a run.

    Args:
        facts: training_rows, longest_row, mean_row_tokens, training_tokens (an epoch's), where known.
        dtype: torch's name of the weights' type.
        device: "cpu", "cuda" or "mps".
    """
    model = model_of(job)
    steps = planned_steps(job, facts) or _packed_steps(job, facts)
    tokens = run_tokens(job, facts, steps)
    if model is None:
        return Estimate(
            steps=steps, tokens=tokens, confidence="memory and time are unknown until the model's config.json is here"
        )
    longest = longest_row(job, facts)
    memory = memory_of(job, model, dtype, device, longest)
    least = memory
    if not _lengths_known(job, facts):
        least = memory_of(job, model, dtype, device, max(1, longest // _MEAN_SHARE))
    below, above = memory_error(memory, device)
    pace = pace_by_rule(job, model, tokens, device)
    basis = pace.basis if pace else "time unknown"
    told = "" if _lengths_known(job, facts) else "; rows are taken to be as long as schedule.sequence_length"
    return Estimate(
        memory_bytes=memory.by_part(),
        steps=steps,
        tokens=tokens,
        seconds=pace.seconds if pace else None,
        seconds_low=pace.low if pace else None,
        seconds_high=pace.high if pace else None,
        total_bytes=memory.peak,
        low_bytes=round(least.peak * (1 - below)),
        high_bytes=round(memory.peak * (1 + above)),
        confidence=f"memory to within {below:.0%} below and {above:.0%} above{told}; {basis}",
    )


def model_of(job: JobConfiguration) -> ModelFacts | None:
    """The facts of the job's model: read, or those of the named size that is built from scratch."""
    if job.model.base_model:
        return read_model_facts(job.model.base_model, job.model.revision)
    size = SIZES.get(job.model.size or "")
    if size is None or job.objective is not Objective.PRETRAIN:
        return None
    values = {"model_type": "llama", "vocab_size": _USUAL_VOCABULARY, "tie_word_embeddings": True, **size}
    return facts_of_config(dict(values))


def longest_row(job: JobConfiguration, facts: Mapping[str, int]) -> int:
    """Tokens of the longest row as it is trained: cut, or joined, to the sequence length."""
    length = job.schedule.sequence_length
    longest = facts.get("longest_row", 0)
    return length if _joined(job) or longest <= 0 else min(length, longest)


def run_tokens(job: JobConfiguration, facts: Mapping[str, int], steps: int | None) -> int | None:
    """Tokens that the whole run reads, padding left out; None where rows were not counted."""
    batch = job.schedule.batch_size * job.schedule.gradient_accumulation * job.hardware.num_gpus
    epoch = facts.get("training_tokens")
    if job.schedule.max_steps is None:
        return epoch * job.schedule.epochs if epoch else None
    if _joined(job):
        return job.schedule.max_steps * batch * job.schedule.sequence_length
    mean = facts.get("mean_row_tokens")
    if not mean and epoch and facts.get("training_rows"):
        mean = epoch // facts["training_rows"]
    return steps * batch * min(mean, job.schedule.sequence_length) if steps and mean else None


def _packed_steps(job: JobConfiguration, facts: Mapping[str, int]) -> int | None:
    """About how many steps the tokens fill, where rows are joined."""
    epoch = facts.get("training_tokens")
    if not epoch or not _joined(job):
        return None
    rows = -(-epoch // job.schedule.sequence_length)
    step = job.schedule.batch_size * job.hardware.num_gpus * job.schedule.gradient_accumulation
    return -(-rows // step) * job.schedule.epochs


def _joined(job: JobConfiguration) -> bool:
    """Whether rows are joined to full length, so that each batch is as large as the next."""
    return job.objective is Objective.PRETRAIN or (
        job.objective is Objective.SFT and Optimization.SEQUENCE_PACKING in job.optimizations.enabled
    )


def _lengths_known(job: JobConfiguration, facts: Mapping[str, int]) -> bool:
    return _joined(job) or facts.get("longest_row", 0) > 0
