"""One line of a metrics file as a row of numbers, whoever wrote it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from tuner.runs.durations import seconds_of

TIMESTAMP = "timestamp"
"""In a parsed row: seconds since the epoch."""

# LLaMA-Factory and ms-swift name the step differently; Synaptic-Tuner's MLX rows carry their metrics in a mapping.
_STEP_KEYS = ("step", "current_steps", "global_step", "global_step/max_steps")
NAMED_OTHERWISE = frozenset({*_STEP_KEYS[1:], "lr", "metrics"})
"""Keys that are read as another one, or whose values are."""
LARGEST_STEP = 2**53
"""Steps are kept as 64-bit floats, which hold whole numbers up to here; what is beyond is no step."""
_STEP_OF_TOTAL = re.compile(r"[0-9]{1,18}(?=/|$)")
_RENAMED = {"lr": "learning_rate", "tokens_per_sec": "tokens_per_second"}


@dataclass(frozen=True, slots=True)
class MetricRow:
    """Numbers of one step; NaN and infinity are kept as they are."""

    step: int
    values: Mapping[str, float]


def parse_row(line: bytes) -> MetricRow | None:
    """Read one line; None where it is not a metric row (torn, not JSON, another level of log)."""
    value = parse_json_line(line)
    return row_from(value) if isinstance(value, dict) else None


def row_from(value: Mapping[str, object]) -> MetricRow | None:
    """A row from a decoded object, or None where it names no step."""
    inner = value.get("metrics")
    if isinstance(inner, Mapping):
        value = {**value, **{_RENAMED.get(str(k), str(k)): v for k, v in inner.items()}}
    step = next((s for s in (_step(value.get(k)) for k in _STEP_KEYS) if s is not None), None)
    if step is None:
        return None
    numbers: dict[str, float] = {}
    for key, item in value.items():
        if key in _STEP_KEYS:
            continue
        if key == TIMESTAMP and isinstance(item, str):
            seconds = _seconds(item)
            if seconds is not None:
                numbers[TIMESTAMP] = seconds
        elif isinstance(item, int | float) and not isinstance(item, bool):
            numbers["learning_rate" if key == "lr" else key] = _float(item)
        elif key == "elapsed_time" and (spent := seconds_of(item)) is not None:  # LLaMA-Factory, ms-swift
            numbers["elapsed_seconds"] = spent
    return MetricRow(step, numbers)


def parse_json_line(line: bytes) -> object:
    """Decode a line, bare NaN and Infinity included; None where it is not JSON."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _step(value: object) -> int | None:
    step: int | None = None
    if isinstance(value, str):  # ms-swift: "10/120"
        match = _STEP_OF_TOTAL.match(value)
        step = int(match.group()) if match else None
    elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        step = int(value) if value == int(value) else None
    return step if step is not None and abs(step) < LARGEST_STEP else None


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number beyond what a float can hold
        return math.inf if value > 0 else -math.inf


def _seconds(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
