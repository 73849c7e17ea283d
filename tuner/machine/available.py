"""The memory that a training could take on this machine just now, in bytes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tuner.machine.gpus import GpuReader, GpuReading

_CGROUP = Path("/sys/fs/cgroup")


def available_memory(
    device: str,
    count: int = 1,
    *,
    gpus: Callable[[], list[GpuReading]] | None = None,
    host: Callable[[], int] | None = None,
    cgroup: Path = _CGROUP,
) -> int | None:
    """What is free for one process: of the fullest of the ``count`` GPUs it would use, else of the main memory.

    None where it is not known: no GPU that the driver tells of. A container's own limit counts, where it has one.

    Args:
        device: "cuda", "cpu" or "mps" (whose memory is the main one).
    """
    if device == "cuda":
        readings = _visible((gpus or GpuReader().read)())[: max(1, count)]
        free = [g.memory_total - g.memory_used for g in readings if g.memory_total and g.memory_used is not None]
        return min(free) if free else None
    free_here = (host or _host_available)()
    limit = _container_room(cgroup)
    return free_here if limit is None else min(free_here, limit)


def _visible(readings: list[GpuReading]) -> list[GpuReading]:
    """Those that CUDA_VISIBLE_DEVICES leaves, in its order; names of another kind (UUIDs) leave all."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        return readings
    places = [part.strip() for part in named.split(",") if part.strip()]
    if not all(place.isdigit() for place in places):
        return readings
    return [readings[int(place)] for place in places if int(place) < len(readings)]


def _host_available() -> int:
    import psutil

    return int(psutil.virtual_memory().available)


def _container_room(cgroup: Path) -> int | None:
    """What a container's memory limit leaves, by either version of cgroups; its file cache can be had back."""
    new = _room(cgroup, "memory.max", "memory.current", "inactive_file ")
    if new is not None:
        return new
    return _room(cgroup / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ")


def _room(folder: Path, limit_name: str, used_name: str, cache_name: str) -> int | None:
    try:
        limit = (folder / limit_name).read_text().strip()
        if not limit.isdigit():
            return None
        used = int((folder / used_name).read_text())
        lines = (folder / "memory.stat").read_text().splitlines()
        cache = next((int(line.split()[1]) for line in lines if line.startswith(cache_name)), 0)
    except (OSError, ValueError, IndexError):
        return None
    return max(0, int(limit) - used + cache)
