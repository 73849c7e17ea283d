"""A forecast in words, a line each."""

from __future__ import annotations

from collections.abc import Iterator

from tuiapp.formatting import duration, large, size
from tuner.core.backend_protocol import Estimate


def forecast_lines(estimate: Estimate) -> Iterator[str]:
    """Steps, tokens, time, memory with its parts; what is unknown is left out, and how sure the rest is comes last."""
    if estimate.steps:
        yield f"steps     {estimate.steps}"
    if estimate.tokens:
        yield f"tokens    {large(estimate.tokens)}"
    if estimate.seconds is not None:
        between = _range(duration(estimate.seconds_low), duration(estimate.seconds_high))
        yield f"time      about {duration(estimate.seconds)}{between}"
    if estimate.total_bytes is not None:
        between = _range(size(estimate.low_bytes or 0), size(estimate.high_bytes or estimate.total_bytes))
        free = f"; {size(estimate.available_bytes)} are free" if estimate.available_bytes is not None else ""
        yield f"memory    about {size(estimate.total_bytes)} at most at once{between}{free}"
        yield f"          {', '.join(f'{part} {size(count)}' for part, count in estimate.memory_bytes.items())}"
    yield f"estimate  {estimate.confidence}"


def _range(low: str, high: str) -> str:
    return f" ({low} to {high})"
