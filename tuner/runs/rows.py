"""Metric rows as a trainer writes them (standard library only)."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

from tuner.runs.atomic import append_line
from tuner.runs.layout import metric_file_name, utc_now


class MetricRowWriter:
    """Appends rows {"step", "timestamp", "elapsed_seconds", "interval_time", ...} to one attempt's file.

    num_tokens is made continuous over attempts: TRL starts again at 0 after a resume, so what earlier attempts had
    seen is passed as ``tokens_before``.
    """

    def __init__(self, logs: Path, *, tokens_before: float = 0.0) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.path = _free(logs / metric_file_name())
        self._started = self._previous = time.monotonic()
        self._tokens_before = tokens_before

    def write(self, step: int, values: Mapping[str, float | int | str | None]) -> None:
        """Append one row; the names are the trainer's own. NaN and infinity stand as bare words."""
        now = time.monotonic()
        row: dict[str, float | int | str | None] = {
            "step": step,
            "timestamp": utc_now(),
            "elapsed_seconds": round(now - self._started, 3),
            "interval_time": round(now - self._previous, 3),
            **values,
        }
        tokens = row.get("num_tokens")
        if isinstance(tokens, int | float):
            row["num_tokens"] = tokens + self._tokens_before
        self._previous = now
        append_line(self.path, json.dumps(row))


def _free(path: Path) -> Path:
    """The path itself, or with a number where a second attempt began within the same second."""
    candidate, number = path, 2
    while candidate.exists():
        candidate = path.with_name(f"{path.stem}_{number}{path.suffix}")
        number += 1
    candidate.touch()
    return candidate
