"""NVIDIA GPUs, through their driver's own library (NVML). A machine without one simply has none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

log = logging.getLogger(__name__)

MOST = 16
"""GPUs that are looked at."""


@dataclass(frozen=True, slots=True)
class GpuReading:
    """One GPU just now. Memory is in bytes; what the driver does not tell is None."""

    index: int
    name: str
    utilization_percent: float | None = None
    memory_used: int | None = None
    memory_total: int | None = None
    temperature_c: float | None = None
    power_w: float | None = None


class _Memory(Protocol):
    used: int
    total: int


class _Rates(Protocol):
    gpu: int


class Nvml(Protocol):
    """The part of pynvml that is used; its functions fail with ``NVMLError``."""

    NVML_TEMPERATURE_GPU: int
    NVMLError: type[Exception]

    def nvmlInit(self) -> None: ...  # noqa: N802 (NVML's names, here and below)
    def nvmlDeviceGetCount(self) -> int: ...  # noqa: N802
    def nvmlDeviceGetHandleByIndex(self, index: int) -> object: ...  # noqa: N802
    def nvmlDeviceGetName(self, handle: object) -> str | bytes: ...  # noqa: N802
    def nvmlDeviceGetUtilizationRates(self, handle: object) -> _Rates: ...  # noqa: N802
    def nvmlDeviceGetMemoryInfo(self, handle: object) -> _Memory: ...  # noqa: N802
    def nvmlDeviceGetTemperature(self, handle: object, sensor: int) -> int: ...  # noqa: N802
    def nvmlDeviceGetPowerUsage(self, handle: object) -> int: ...  # noqa: N802


class GpuReader:
    """Looks for GPUs once, when first asked. Not for several threads at once: the driver may keep one waiting."""

    def __init__(self, load: Callable[[], Nvml] | None = None) -> None:
        self._load = load or _pynvml
        self._nvml: Nvml | None = None
        self._devices: list[tuple[object, str]] | None = None

    def read(self) -> list[GpuReading]:
        """All GPUs; [] where there are none, or no driver."""
        if self._devices is None:
            self._devices = self._find()
        if self._nvml is None:
            return []
        return [self._reading(self._nvml, i, handle, name) for i, (handle, name) in enumerate(self._devices)]

    def _find(self) -> list[tuple[object, str]]:
        try:
            nvml = self._load()
        except ImportError:
            return []
        try:
            nvml.nvmlInit()
            handles = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(min(MOST, nvml.nvmlDeviceGetCount()))]
            found = [(h, _text(nvml.nvmlDeviceGetName(h))) for h in handles]
        except nvml.NVMLError as error:  # most often: no driver on this machine
            log.debug("no GPU can be read: %s", error)
            return []
        self._nvml = nvml
        return found

    def _reading(self, nvml: Nvml, index: int, handle: object, name: str) -> GpuReading:
        def ask(question: Callable[[], float]) -> float | None:
            try:
                return question()
            except nvml.NVMLError:  # a value that this GPU, or a part of one (MIG), does not tell
                return None

        try:
            memory = nvml.nvmlDeviceGetMemoryInfo(handle)
            used, total = int(memory.used), int(memory.total)
        except nvml.NVMLError:
            used, total = None, None
        milliwatts = ask(lambda: nvml.nvmlDeviceGetPowerUsage(handle))
        return GpuReading(
            index,
            name,
            utilization_percent=ask(lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu),
            memory_used=used,
            memory_total=total,
            temperature_c=ask(lambda: nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU)),
            power_w=milliwatts / 1000 if milliwatts is not None else None,
        )


def _pynvml() -> Nvml:
    import pynvml

    found: Nvml = pynvml
    return found


def _text(name: str | bytes) -> str:
    return name.decode("utf-8", errors="replace") if isinstance(name, bytes) else name
