"""A forecast of steps and memory, by rules of thumb: good for an order of magnitude, and said to be no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from backends.training.translate import planned_steps
from tuner.core.backend_protocol import Estimate
from tuner.core.enums import MethodType
from tuner.core.job import JobConfiguration

_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}


def estimate(job: JobConfiguration, facts: Mapping[str, int], dtype: str) -> Estimate:
    """Weights from the model's files where they are local; optimizer and gradients for full fine-tuning."""
    weights = _weight_bytes(job.model.base_model, dtype)
    memory: dict[str, int] = {}
    if weights is not None:
        quantized = job.method.type is MethodType.QLORA
        memory["weights"] = weights // 4 if quantized else weights
        if job.method.type is MethodType.FULL:
            memory["gradients"] = weights
            memory["optimizer"] = 2 * weights * 4 // _BYTES[dtype]
    return Estimate(
        memory_bytes=memory,
        steps=planned_steps(job, facts),
        confidence="weights and optimizer only; activations are not counted" if memory else "unknown",
    )


def _weight_bytes(base_model: str | None, dtype: str) -> int | None:
    folder = Path(base_model) if base_model else None
    if folder is None or not folder.is_dir():
        return None
    stored = sum(p.stat().st_size for p in folder.glob("*.safetensors"))
    try:
        config = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError):
        return None
    kept = str(config.get("dtype") or config.get("torch_dtype") or "float32")
    return stored * _BYTES[dtype] // _BYTES.get(kept, 4) if stored else None
