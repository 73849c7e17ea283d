"""How busy the machine is, in the few words that the header has room for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tuner.machine.gpus import GpuReading
    from tuner.machine.host import HostReading

_MAKERS = re.compile(r"\b(NVIDIA|GeForce|Tesla|Quadro|Graphics|GPU)\b\s*")
_VARIANT = re.compile(r"[- ](SXM\d?|PCIe|PCIE|NVL|HBM\d?e?|\d+GB).*$")
_EACH = 2
"""Up to so many GPUs are told one by one; more together."""


class Fact(NamedTuple):
    """One thing that the header says. Those of a higher ``rank`` give way first where there is little room."""

    text: str
    rank: int


def disk_fact(text: str) -> Fact:
    """Free disk."""
    return Fact(f"disk {text} free", 2)


def host_facts(host: HostReading) -> list[Fact]:
    """Processor and memory; rounded, so that they read the same for a while."""
    facts = [Fact(f"mem {_pair(host.memory_used, host.memory_total)}", 3)]
    if host.cpu_percent is not None:
        facts.insert(0, Fact(f"cpu {host.cpu_percent:.0f}%", 4))
    return facts


def gpu_facts(gpus: Sequence[GpuReading]) -> list[Fact]:
    """Each GPU, or all of them together: name, the hottest, mean load, memory."""
    if len(gpus) <= _EACH:
        return [Fact(_gpu(short_name(g.name), [g]), 1) for g in gpus]
    return [Fact(_gpu(f"{len(gpus)}× {short_name(gpus[0].name)}", gpus), 1)]


def load_of(gpus: Sequence[GpuReading]) -> float | None:
    """The mean load of the GPUs in percent; None where none tells it."""
    known = [g.utilization_percent for g in gpus if g.utilization_percent is not None]
    return sum(known) / len(known) if known else None


def short_name(name: str) -> str:
    """NVIDIA GeForce RTX 4090 is RTX 4090; NVIDIA A100-SXM4-80GB is A100."""
    return _VARIANT.sub("", _MAKERS.sub("", name)).strip() or name


def _gpu(name: str, gpus: Sequence[GpuReading]) -> str:
    words = [name]
    heat = [g.temperature_c for g in gpus if g.temperature_c is not None]
    if heat:
        words.append(f"{max(heat):.0f}°C")
    load = load_of(gpus)
    if load is not None:
        words.append(f"{load:.0f}%")
    used = [g.memory_used for g in gpus if g.memory_used is not None]
    total = [g.memory_total for g in gpus if g.memory_total is not None]
    if used and total:
        words.append(_pair(sum(used), sum(total)))
    return " ".join(words)


def _pair(used: int, total: int) -> str:
    """Of 1.5 and 12 GB: 1.5/12G."""
    gb = used / 1e9
    return f"{gb:.1f}/{total / 1e9:.0f}G" if total < 32e9 else f"{gb:.0f}/{total / 1e9:.0f}G"
