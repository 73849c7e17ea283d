"""Processor and memory of this machine."""

from __future__ import annotations

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class HostReading:
    """The machine just now: processor in percent of all cores since the last look, memory in bytes."""

    cpu_percent: float | None
    memory_used: int
    memory_total: int

    @property
    def memory_percent(self) -> float:
        return 100 * self.memory_used / self.memory_total if self.memory_total else 0.0


class HostReader:
    """Measures from one look to the next; the first one has no processor time to tell."""

    def __init__(self) -> None:
        self._before: tuple[float, float] | None = None

    def read(self) -> HostReading:
        """How busy the machine is."""
        times = psutil.cpu_times()
        total = float(sum(times[:8]))  # user … steal; guest times are within user's
        idle = times.idle + getattr(times, "iowait", 0.0)
        before, self._before = self._before, (total, idle)
        percent = None
        if before is not None and total > before[0]:
            percent = max(0.0, min(100.0, 100 * (1 - (idle - before[1]) / (total - before[0]))))
        memory = psutil.virtual_memory()
        return HostReading(percent, memory.total - memory.available, memory.total)
