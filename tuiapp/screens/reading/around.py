"""What stands around the runs: free disk always; processor, memory and GPUs while a run is live."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from tuiapp.formatting import size
from tuiapp.messages import AroundRead
from tuiapp.widgets.machine_facts import Fact, disk_fact, gpu_facts, host_facts, load_of

if TYPE_CHECKING:
    from tuner.machine.gpus import GpuReading
    from tuner.machine.host import HostReading

EVERY = 4.0
"""Seconds between looks at the machine, at least."""
_ROUNDED = 10**8
"""Free disk is told in steps of 100 MB, so that it is not drawn again all the time."""


@dataclass(frozen=True)
class Machine:
    """The machine just now."""

    host: HostReading
    gpus: Sequence[GpuReading] = ()


class AroundWatch:
    """Looks, and says only what reads differently. For one thread: a driver may keep it waiting."""

    def __init__(
        self,
        disk_free: Callable[[], int | None],
        machine: Callable[[], Machine | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._disk_free, self._machine, self._clock = disk_free, machine, clock
        self._due = 0.0
        self._told: tuple[object, ...] = ()
        self._busy: list[Fact] = []
        self._load: float | None = None
        self._trainers: dict[str, bool] = {}

    def look(self, live: Sequence[Path]) -> list[Message]:
        """Look around; ``live`` are the folders of runs that have not ended. [] where nothing reads differently."""
        free = self._disk_free()
        disk = [disk_fact(size(free // _ROUNDED * _ROUNDED))] if free is not None else []
        if not live:
            self._busy, self._load, self._trainers, self._due = [], None, {}, 0.0
        elif self._clock() >= self._due:
            self._due = self._clock() + EVERY
            lives = {path.name: _lives(path) for path in live}
            self._trainers = {name: alive for name, alive in lives.items() if alive is not None}
            self._measure()
        facts = (*self._busy, *disk)
        told = (facts, self._load, self._trainers)
        if told == self._told:
            return []
        self._told = told
        return [AroundRead(facts, self._load, self._trainers)]

    def _measure(self) -> None:
        machine = self._machine()
        if machine is not None:
            self._busy = [*gpu_facts(machine.gpus), *host_facts(machine.host)]
            load = load_of(machine.gpus)
            self._load = round(load) if load is not None else None


def _lives(run_dir: Path) -> bool | None:
    """Whether the run's trainer lives; None where it has none yet, or another machine's."""
    from tuner.jobs.identity import boot_id, host_name, is_alive
    from tuner.runs.json_file import UnreadableFile
    from tuner.runs.state_file import read_state

    try:
        view = read_state(run_dir)
    except UnreadableFile:
        return None
    if view.trainer is None or view.host != host_name():
        return None
    return view.boot_id == boot_id() and is_alive(view.trainer)
