"""How much memory a training could take: of GPUs, of the machine, of a container."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuner.machine.available import available_memory
from tuner.machine.gpus import GpuReading

GPUS = [
    GpuReading(0, "a", memory_used=4, memory_total=24),
    GpuReading(1, "b", memory_used=1, memory_total=80),
    GpuReading(2, "c"),
]


def _gpu_memory(count: int, readings: list[GpuReading]) -> int | None:
    return available_memory("cuda", count, gpus=lambda: readings)


@pytest.fixture(autouse=True)
def _all_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def test_the_fullest_of_the_gpus_that_are_used_counts() -> None:
    assert _gpu_memory(1, GPUS) == 20
    assert _gpu_memory(2, GPUS) == 20
    assert _gpu_memory(1, GPUS[2:]) is None
    assert _gpu_memory(1, []) is None


@pytest.mark.parametrize(("named", "free"), [("1", 79), ("1,0", 79), ("7", None), ("GPU-abc", 20), ("", None)])
def test_only_visible_gpus_count(monkeypatch: pytest.MonkeyPatch, named: str, free: int | None) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert _gpu_memory(1, GPUS) == free


def _host_memory(cgroup: Path) -> int | None:
    return available_memory("cpu", host=lambda: 1000, cgroup=cgroup)


def test_a_containers_limit_counts_where_it_is_lower(tmp_path: Path) -> None:
    assert _host_memory(tmp_path) == 1000
    (tmp_path / "memory.max").write_text("max\n")
    assert _host_memory(tmp_path) == 1000
    (tmp_path / "memory.max").write_text("700\n")
    (tmp_path / "memory.current").write_text("500\n")
    (tmp_path / "memory.stat").write_text("anon 300\ninactive_file 100\n")
    assert _host_memory(tmp_path) == 300
    (tmp_path / "memory.max").write_text("7000\n")
    assert _host_memory(tmp_path) == 1000
    (tmp_path / "memory.stat").write_text("inactive_file many\n")
    assert _host_memory(tmp_path) == 1000


def test_an_older_kernels_container_counts_too(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("600")
    (tmp_path / "memory" / "memory.usage_in_bytes").write_text("500")
    (tmp_path / "memory" / "memory.stat").write_text("total_inactive_file 50\n")
    assert _host_memory(tmp_path) == 150


def test_this_machine_has_memory() -> None:
    free = available_memory("cpu")
    assert free is not None
    assert free > 0
