"""What GPUs are there, as the driver tells it and as CUDA_VISIBLE_DEVICES lets a program see it."""

from __future__ import annotations

import pytest

from tests.support.nvml import FakeNvml
from tuner.machine.gpu_facts import Gpu, gpu_facts


def test_gpus_with_memory_capability_and_driver() -> None:
    found = gpu_facts(lambda: FakeNvml(count=2), {})
    assert found.driver == "580.95.05"
    assert found.gpus == [Gpu(i, "NVIDIA H200", 141_000_000_000, (9, 0)) for i in (0, 1)]


@pytest.mark.parametrize(
    ("given", "seen"),
    [("", []), ("-1", []), ("1", [1]), ("2,0", [2, 0]), ("0,9,1", [0]), ("GPU-2", [2]), ("1, GPU-0", [1, 0])],
)
def test_cuda_visible_devices_hides_gpus(given: str, seen: list[int]) -> None:
    found = gpu_facts(lambda: FakeNvml(count=3), {"CUDA_VISIBLE_DEVICES": given})
    assert [g.index for g in found.gpus] == seen


def test_a_machine_without_a_driver_has_none() -> None:
    assert gpu_facts(lambda: FakeNvml(mute={"nvmlInit"}), {}).gpus == []

    def missing() -> FakeNvml:
        raise ImportError

    assert gpu_facts(missing, {}).gpus == []
    assert gpu_facts(environment={"CUDA_VISIBLE_DEVICES": ""}).gpus == []


def test_a_part_of_a_gpu_may_tell_less() -> None:
    found = gpu_facts(lambda: FakeNvml(mute={"nvmlDeviceGetCudaComputeCapability"}), {})
    assert found.gpus == [Gpu(0, "NVIDIA H200")]


def test_names_may_be_bytes() -> None:
    nvml = FakeNvml()
    nvml.name = b"NVIDIA L4"
    assert gpu_facts(lambda: nvml, {}).gpus[0].name == "NVIDIA L4"
