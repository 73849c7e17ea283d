"""How long the rows may be that a model was made for: one rule for all backends.

It narrows what a form offers. Beyond it nothing is refused here: that is told by CONTEXT_LENGTH (tuner.data.checks).
"""

from __future__ import annotations

from tuner.core.ranges import PARAMETER_RANGES
from tuner.data.model_facts import ModelFacts

PATH = "schedule.sequence_length"


def context_ranges(facts: ModelFacts | None) -> dict[str, tuple[float, float]]:
    """The range of the sequence length, where the model's context is within ours and rope scaling does not stretch it;
    else {}."""
    length = facts.context_length if facts is not None else None
    widest = PARAMETER_RANGES[PATH]
    if facts is None or length is None or facts.rope_scaled or not widest.minimum < length < widest.maximum:
        return {}
    return {PATH: (widest.minimum, length)}
