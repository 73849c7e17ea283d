"""What the rtx backend goes by: the GPUs of this machine, and the packages of the interpreter that trains."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from backends.training.environment import installed_versions
from tuner.core.errors import ConfigurationError
from tuner.machine.gpu_facts import Gpu, gpu_facts

PACKAGES = (
    "torch",
    "transformers",
    "trl",
    "peft",
    "datasets",
    "accelerate",
    "bitsandbytes",
    "unsloth",
    "liger-kernel",
    "flash-attn",
    "flash-attn-3",
    "kernels",
    "deepspeed",
)
AMPERE, HOPPER, BLACKWELL = (8, 0), (9, 0), (10, 0)


@dataclass(frozen=True)
class GpuMachine:
    """GPUs, packages (name → version, None where missing; empty where the interpreter does not run), cores."""

    gpus: tuple[Gpu, ...] = ()
    packages: Mapping[str, str | None] = field(default_factory=dict)
    cores: int = 1

    @property
    def capability(self) -> tuple[int, int] | None:
        """The lowest compute capability: what all of the GPUs can do. None where there is none, or it is not told."""
        known = [gpu.capability for gpu in self.gpus if gpu.capability is not None]
        return min(known) if known and len(known) == len(self.gpus) else None

    def at_least(self, capability: tuple[int, int]) -> bool:
        """Whether all GPUs are known to be of that compute capability or newer."""
        return self.capability is not None and self.capability >= capability

    def has(self, package: str) -> bool:
        return bool(self.packages.get(package))

    def lacks(self, package: str) -> bool:
        """Known to be missing; an interpreter that does not run is another complaint."""
        return bool(self.packages) and not self.packages.get(package)

    def torch_at_least(self, major: int, minor: int) -> bool:
        version = self.packages.get("torch") or "0.0"
        numbers = [int(part) for part in version.split("+")[0].split(".")[:2] if part.isdigit()]
        return numbers >= [major, minor]


@lru_cache(maxsize=8)
def gpu_machine(python_path: str) -> GpuMachine:
    """Look once for each interpreter: versions without importing anything, GPUs through the driver."""
    try:
        packages: dict[str, str | None] = installed_versions(python_path, PACKAGES)
    except ConfigurationError:
        packages = {}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return GpuMachine(tuple(gpu_facts().gpus), packages, cores)
