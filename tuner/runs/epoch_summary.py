"""The one row of another tool that names no step."""

from __future__ import annotations

from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow, parse_json_line, row_from


def epoch_summary(line: bytes, history: MetricHistory) -> MetricRow | None:
    """Synaptic-Tuner's MLX trainer sums up an epoch in a row without a step: it belongs to the last step before it."""
    last = history.last_step
    if b"EPOCH_SUMMARY" not in line or last is None:
        return None
    value = parse_json_line(line)
    if not isinstance(value, dict) or value.get("level") != "EPOCH_SUMMARY":
        return None
    return row_from({"step": last, **value})
