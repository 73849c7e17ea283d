"""What the NVIDIA GPUs of this machine are: what does not change while it runs, asked of the driver (NVML)."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU. Memory in bytes; ``capability`` is CUDA's compute capability, such as (9, 0) for Hopper."""

    index: int
    name: str
    memory: int | None = None
    capability: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class GpuFacts:
    """The GPUs that a program of this user would see, and the driver's version; none of either without a driver."""

    gpus: list[Gpu] = field(default_factory=list)
    driver: str = ""


class _Memory(Protocol):
    total: int


class NvmlFacts(Protocol):
    """The part of pynvml that is used; its functions fail with ``NVMLError``."""

    NVMLError: type[Exception]

    def nvmlInit(self) -> None: ...  # noqa: N802 (NVML's names, here and below)
    def nvmlSystemGetDriverVersion(self) -> str | bytes: ...  # noqa: N802
    def nvmlDeviceGetCount(self) -> int: ...  # noqa: N802
    def nvmlDeviceGetHandleByIndex(self, index: int) -> object: ...  # noqa: N802
    def nvmlDeviceGetName(self, handle: object) -> str | bytes: ...  # noqa: N802
    def nvmlDeviceGetUUID(self, handle: object) -> str | bytes: ...  # noqa: N802
    def nvmlDeviceGetMemoryInfo(self, handle: object) -> _Memory: ...  # noqa: N802
    def nvmlDeviceGetCudaComputeCapability(self, handle: object) -> tuple[int, int]: ...  # noqa: N802


def gpu_facts(load: Callable[[], NvmlFacts] | None = None, environment: Mapping[str, str] | None = None) -> GpuFacts:
    """Ask once. CUDA_VISIBLE_DEVICES hides GPUs from this program as it will from the trainer."""
    try:
        nvml = (load or _pynvml)()
    except ImportError:
        return GpuFacts()
    try:
        nvml.nvmlInit()
        driver = _text(nvml.nvmlSystemGetDriverVersion())
        handles = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]
        uuids = [_text(nvml.nvmlDeviceGetUUID(h)) for h in handles]
        shown = _visible(uuids, os.environ if environment is None else environment)
        return GpuFacts([_gpu(nvml, i, handles[i]) for i in shown], driver)
    except nvml.NVMLError as error:  # most often: no driver on this machine
        log.debug("no GPU can be asked: %s", error)
        return GpuFacts()


def _visible(uuids: list[str], environment: Mapping[str, str]) -> list[int]:
    """Indices that CUDA shows: numbers or (shortened) UUIDs, up to the first that names none."""
    given = environment.get("CUDA_VISIBLE_DEVICES")
    if given is None:
        return list(range(len(uuids)))
    shown: list[int] = []
    for word in (w.strip() for w in given.split(",")):
        found = [i for i, uuid in enumerate(uuids) if word and (word == str(i) or uuid.startswith(word))]
        if len(found) != 1:
            break
        shown += found
    return shown


def _gpu(nvml: NvmlFacts, index: int, handle: object) -> Gpu:
    try:
        memory: int | None = int(nvml.nvmlDeviceGetMemoryInfo(handle).total)
        major, minor = nvml.nvmlDeviceGetCudaComputeCapability(handle)
        capability: tuple[int, int] | None = (int(major), int(minor))
    except nvml.NVMLError:  # a part of a GPU (MIG) does not tell
        memory, capability = None, None
    return Gpu(index, _text(nvml.nvmlDeviceGetName(handle)), memory, capability)


def _pynvml() -> NvmlFacts:
    import pynvml

    found: NvmlFacts = pynvml
    return found


def _text(name: str | bytes) -> str:
    return name.decode("utf-8", errors="replace") if isinstance(name, bytes) else name
