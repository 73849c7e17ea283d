"""The range of the memory estimate covers what real trainings take."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.memory_estimate import CHECKPOINTING, SHAPE, forecast_tensors, measured
from benchmarks.tiny_model import make_shape

pytestmark = pytest.mark.training


def test_the_estimates_range_covers_what_is_measured(tmp_path: Path) -> None:
    make_shape(tmp_path / "llama", "llama", {**SHAPE, "num_hidden_layers": 4, "vocab_size": 600})
    cases = [
        ("llama", {"method": {"type": "full"}}),
        ("llama", {"method": {"type": "lora"}, "optimizations": CHECKPOINTING}),
    ]
    found = list(measured(tmp_path, "sft", cases))
    assert len(found) == 2
    for _, job, told in found:
        estimate, low, high = forecast_tensors(job)
        assert low <= told["tensors"] <= high, (job.method.type, estimate, told)
