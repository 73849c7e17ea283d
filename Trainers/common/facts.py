"""What trains: versions and hardware (standard library only, so that a trainer without torch can tell them too)."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = (
    "torch",
    "transformers",
    "trl",
    "peft",
    "datasets",
    "accelerate",
    "tokenizers",
    "bitsandbytes",
    "unsloth",
    "mlx",
    "mlx-lm",
)


def versions() -> dict[str, str]:
    """The versions of what trains."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def hardware() -> dict[str, object]:
    """The machine that trains; memory in bytes."""
    facts: dict[str, object] = {"platform": sys.platform, "machine": platform.machine(), "cpu_count": os.cpu_count()}
    torch = sys.modules.get("torch")  # where it is not loaded, no GPU is used either
    if torch is not None and torch.cuda.is_available():
        facts["gpus"] = [
            {"name": torch.cuda.get_device_name(i), "memory": torch.cuda.get_device_properties(i).total_memory}
            for i in range(torch.cuda.device_count())
        ]
    return facts
