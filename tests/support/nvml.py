"""NVML's Python functions, answering as one machine's driver does. ``mute`` names those that fail."""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace


class FakeNvml:
    """GPUs that all tell the same."""

    NVML_TEMPERATURE_GPU = 0

    class NVMLError(Exception):
        """The library's own error."""

    def __init__(self, count: int = 1, mute: Collection[str] = ()) -> None:
        self.count, self.mute = count, mute
        self.name: str | bytes = "NVIDIA H200"
        self.asked: list[str] = []

    def _ask(self, function: str) -> None:
        self.asked.append(function)
        if function in self.mute:
            raise self.NVMLError(f"{function}: Not Supported")

    def nvmlInit(self) -> None:  # noqa: N802 (NVML's names, here and below)
        self._ask("nvmlInit")

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        return self.count

    def nvmlDeviceGetHandleByIndex(self, index: int) -> object:  # noqa: N802
        return index

    def nvmlDeviceGetName(self, handle: object) -> str | bytes:  # noqa: N802
        return self.name

    def nvmlDeviceGetUtilizationRates(self, handle: object) -> SimpleNamespace:  # noqa: N802
        self._ask("nvmlDeviceGetUtilizationRates")
        return SimpleNamespace(gpu=98, memory=40)

    def nvmlDeviceGetMemoryInfo(self, handle: object) -> SimpleNamespace:  # noqa: N802
        self._ask("nvmlDeviceGetMemoryInfo")
        return SimpleNamespace(used=61_000_000_000, total=141_000_000_000, free=80_000_000_000)

    def nvmlDeviceGetTemperature(self, handle: object, sensor: int) -> int:  # noqa: N802
        self._ask("nvmlDeviceGetTemperature")
        return 71

    def nvmlDeviceGetPowerUsage(self, handle: object) -> int:  # noqa: N802
        self._ask("nvmlDeviceGetPowerUsage")
        return 655_500

    def nvmlSystemGetDriverVersion(self) -> str:  # noqa: N802
        return "580.95.05"

    def nvmlDeviceGetUUID(self, handle: object) -> str:  # noqa: N802
        return f"GPU-{handle}"

    def nvmlDeviceGetCudaComputeCapability(self, handle: object) -> tuple[int, int]:  # noqa: N802
        self._ask("nvmlDeviceGetCudaComputeCapability")
        return 9, 0
