"""How busy the machine is while a trainer lives, as metric rows of the run: logs/system_<stamp>.jsonl.

A thread of its own takes them: a driver that hangs must not keep the supervisor from its work.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from tuner.machine.gpus import GpuReader, GpuReading
from tuner.machine.host import HostReader
from tuner.machine.process_tree import ProcessTree
from tuner.runs.atomic import append_line
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RunPaths, system_file_name, utc_now
from tuner.runs.state_file import read_state

EVERY = 5.0
"""Seconds between samples."""
FIRST = 1.0
"""Seconds until the first: a processor's load is measured from one look to the next."""
_GB = 1e9

log = logging.getLogger(__name__)

Values = dict[str, float]


class Sampler:
    """Samples one attempt from ``start`` to ``stop``. A failing sample is logged, the first time; the run goes on."""

    def __init__(self, run_dir: Path, trainer: int, gpus: GpuReader | None = None) -> None:
        self._run_dir = run_dir
        self._file = RunPaths(run_dir).logs / system_file_name()
        self._tree, self._host, self._gpus = ProcessTree(trainer), HostReader(), gpus or GpuReader()
        self._began = time.monotonic()
        self._step = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep_sampling, daemon=True, name="samples")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more; waits a second at most for one that is being taken."""
        self._stop.set()
        self._thread.join(1.0)

    def _keep_sampling(self) -> None:
        pause, failed = 0.0, False
        while not self._stop.wait(pause):
            first, pause = pause == 0.0, FIRST if pause == 0.0 else EVERY
            try:
                values = self._measured()
                if values and not first:
                    self._write(values)
            except Exception:  # nothing about a sample is worth a run; told once, not every five seconds
                if not failed:
                    log.warning("the machine could not be sampled", exc_info=True)
                failed = True

    def _measured(self) -> Values:
        """One sample; {} once the trainer is gone."""
        cpu, resident = self._tree.read()
        host = self._host.read()
        if resident == 0:
            return {}
        values: Values = {"system/trainer_memory_gb": round(resident / _GB, 3)}
        if cpu is not None:
            values["system/trainer_cpu_percent"] = round(cpu, 1)
        if host.cpu_percent is not None:
            values["system/host_cpu_percent"] = round(host.cpu_percent, 1)
        values["system/host_memory_percent"] = round(host.memory_percent, 1)
        return {**values, **gpu_values(self._gpus.read())}

    def _write(self, values: Values) -> None:
        try:
            self._step = read_state(self._run_dir).step or self._step
        except UnreadableFile:
            log.debug("state.json cannot be read just now; the last step stands")
        row = {
            "step": self._step,
            "timestamp": utc_now(),
            "elapsed_seconds": round(time.monotonic() - self._began, 1),
            **values,
        }
        self._file.parent.mkdir(exist_ok=True)
        append_line(self._file, json.dumps(row))


def gpu_values(gpus: Iterable[GpuReading]) -> Values:
    """Columns of each GPU, as system/gpu0_memory_gb; what the driver does not tell has none."""
    values: Values = {}
    for gpu in gpus:
        used = gpu.memory_used
        for name, value in (
            ("utilization_percent", gpu.utilization_percent),
            ("memory_gb", round(used / _GB, 3) if used is not None else None),
            ("temperature_c", gpu.temperature_c),
            ("power_w", round(gpu.power_w, 1) if gpu.power_w is not None else None),
        ):
            if value is not None:
                values[f"system/gpu{gpu.index}_{name}"] = value
    return values
