"""GPUs as the driver's library tells of them; the library is a stand-in with its names and its one error."""

from __future__ import annotations

from tests.support.nvml import FakeNvml
from tuner.machine.gpus import GpuReader, GpuReading


def test_each_gpu_tells_all_it_has() -> None:
    reader = GpuReader(lambda: FakeNvml(count=2))
    assert reader.read() == [
        GpuReading(0, "NVIDIA H200", 98, 61_000_000_000, 141_000_000_000, 71, 655.5),
        GpuReading(1, "NVIDIA H200", 98, 61_000_000_000, 141_000_000_000, 71, 655.5),
    ]


def test_what_a_gpu_does_not_tell_is_unknown_and_the_rest_is_told() -> None:
    nvml = FakeNvml(mute={"nvmlDeviceGetUtilizationRates", "nvmlDeviceGetMemoryInfo", "nvmlDeviceGetPowerUsage"})
    assert GpuReader(lambda: nvml).read() == [GpuReading(0, "NVIDIA H200", temperature_c=71)]


def test_a_machine_without_a_driver_has_none_and_is_not_asked_again() -> None:
    nvml = FakeNvml(mute={"nvmlInit"})
    reader = GpuReader(lambda: nvml)
    assert reader.read() == reader.read() == []
    assert nvml.asked.count("nvmlInit") == 1


def test_without_the_library_there_are_none() -> None:
    def load() -> FakeNvml:
        raise ImportError("pynvml")

    assert GpuReader(load).read() == []


def test_the_real_library_never_fails() -> None:
    for gpu in GpuReader().read():
        assert gpu.name and gpu.index >= 0


def test_names_may_be_bytes() -> None:
    nvml = FakeNvml()
    nvml.name = b"Tesla \xff"
    assert GpuReader(lambda: nvml).read()[0].name == "Tesla \ufffd"
