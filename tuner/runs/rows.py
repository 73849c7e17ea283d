"""Metric rows as a trainer writes them (standard library only)."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

from tuner.runs.atomic import append_line
from tuner.runs.layout import metric_file_name, metric_names, utc_now

Value = float | int | str | None


class MetricRowWriter:
    """Appends rows {"step", "timestamp", "elapsed_seconds", "interval_time", ...} to one attempt's file.

    num_tokens is made continuous over attempts: TRL starts again at 0 after a resume, so what earlier attempts had
    seen is added (``go_on_after``).
    """

    def __init__(self, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.path = _free(logs / metric_file_name())
        self._started = self._previous = time.monotonic()
        self._tokens_before = 0.0

    def go_on_after(self, step: int) -> None:
        """An attempt goes on after that step: count on from the tokens that the earlier ones had seen by then."""
        self._tokens_before = tokens_seen(self.path.parent, step, besides=self.path)

    def write(self, step: int, values: Mapping[str, Value]) -> dict[str, Value]:
        """Append one row, and return it; the names are the trainer's own. NaN and infinity stand as bare words."""
        now = time.monotonic()
        row: dict[str, Value] = {
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
        return row


def tokens_seen(logs: Path, step: int, *, besides: Path | None = None) -> float:
    """The tokens that earlier attempts had seen by a step, from their rows; 0 where none of them tells."""
    seen, at = 0.0, 0
    for name in metric_names(str(logs)) if step > 0 else ():
        if besides is not None and name == besides.name:
            continue
        with (logs / name).open("rb") as lines:
            for line in lines:
                found = _tokens(line) if b'"num_tokens"' in line else None
                if found is not None and at <= found[0] <= step:
                    at, seen = found
    return seen


def _tokens(line: bytes) -> tuple[int, float] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    step, tokens = row.get("step"), row.get("num_tokens")
    if not isinstance(step, int) or not isinstance(tokens, int | float) or "train_runtime" in row:
        return None
    return step, float(tokens)


def _free(path: Path) -> Path:
    """The path itself, or with a number where a second attempt began within the same second."""
    candidate, number = path, 2
    while candidate.exists():
        candidate = path.with_name(f"{path.stem}_{number}{path.suffix}")
        number += 1
    candidate.touch()
    return candidate
