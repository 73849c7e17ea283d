"""Machines with NVIDIA GPUs, as the rtx backend finds them; this one needs none."""

from __future__ import annotations

from backends.training.gpu_machine import PACKAGES, GpuMachine
from backends.training.rtx import RTXBackend
from tuner.machine.gpu_facts import Gpu

STACK = {
    "torch": "2.11.0",
    "transformers": "5.17.0",
    "trl": "1.15.0",
    "peft": "0.19.0",
    "datasets": "4.8.0",
    "accelerate": "1.15.0",
}
H200 = Gpu(0, "NVIDIA H200", 141 * 10**9, (9, 0))
RTX_4090 = Gpu(0, "NVIDIA GeForce RTX 4090", 24 * 10**9, (8, 9))
T4 = Gpu(0, "Tesla T4", 16 * 10**9, (7, 5))


def machine(gpu: Gpu = H200, *more: str, count: int = 1, cores: int = 16) -> GpuMachine:
    """That many GPUs of a kind, with the training stack and ``more`` packages."""
    packages: dict[str, str | None] = dict.fromkeys(PACKAGES)
    return GpuMachine((gpu,) * count, {**packages, **STACK, **dict.fromkeys(more, "1.0")}, cores)


def rtx(found: GpuMachine) -> RTXBackend:
    """The backend on that machine."""
    return RTXBackend(look=lambda _: found)
