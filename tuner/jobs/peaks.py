"""The most memory that a run took, out of its samples."""

from __future__ import annotations

import re
from pathlib import Path

from tuner.runs.layout import RunPaths
from tuner.runs.metric_lines import parse_row

_GPU_MEMORY = re.compile(r"system/gpu\d+_memory_gb$")


def peak_memory(run_dir: Path) -> dict[str, float]:
    """Peaks over all attempts in GB: of the trainer (peak_memory_gb), of the fullest GPU (peak_gpu_memory_gb).

    A GPU's memory is that of all who use it. What was never sampled has no entry.

    Raises:
        OSError: the samples cannot be read.
    """
    peaks: dict[str, float] = {}
    for path in sorted(RunPaths(run_dir).logs.glob("system_*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                row = parse_row(line)
                for column, value in row.values.items() if row is not None else ():
                    name = _peak_of(column)
                    if name and value > peaks.get(name, 0.0):
                        peaks[name] = value
    return peaks


def _peak_of(column: str) -> str:
    if column == "system/trainer_memory_gb":
        return "peak_memory_gb"
    return "peak_gpu_memory_gb" if _GPU_MEMORY.match(column) else ""
