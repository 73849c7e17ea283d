"""What mlx-lm prints while it trains: lines up to version 0.31, a coloured table from 0.32 on."""

from __future__ import annotations

import re
from pathlib import Path

from tuner.runs.metric_lines import MetricRow
from tuner.runs.text_tail import inert

_NUMBER = r"([-+]?(?:\d[\d,]*\.?\d*(?:e[-+]?\d+)?|nan|inf))"
# Iter 10: Train loss 1.195, Learning Rate 1.000e-05, It/sec 0.912, Tokens/sec 1049.5, Trained Tokens 11512, Peak mem …
_TRAIN = re.compile(rf"Iter (\d{{1,12}}): Train loss {_NUMBER}(.*)", re.IGNORECASE)
_VAL = re.compile(rf"Iter (\d{{1,12}}): Val loss {_NUMBER}(?:, Val took {_NUMBER}s)?", re.IGNORECASE)
_PARTS = {
    "Learning Rate": "learning_rate",
    "It/sec": "iterations_per_second",
    "Tokens/sec": "tokens_per_second",
    "Trained Tokens": "num_tokens",
    "Peak mem": "gpu_memory_gb",
}
_PART = re.compile(rf"({'|'.join(map(re.escape, _PARTS))}) {_NUMBER}", re.IGNORECASE)
_NAMES = {name.lower(): column for name, column in _PARTS.items()}
#    10    1.195 ▼    1,049     11.5k        and        10    val 3.100    1.44s
_ROW = re.compile(rf"\s*(\d{{1,12}})\s+{_NUMBER} [▼▲]\s+{_NUMBER}\s+{_NUMBER}k\s*", re.IGNORECASE)
_VAL_ROW = re.compile(rf"\s*(\d{{1,12}})\s+val\s+{_NUMBER}\s+{_NUMBER}s\s*", re.IGNORECASE)
_LOG_ENDINGS = ("log", "txt", "out")


def mlx_console_row(line: bytes) -> MetricRow | None:
    """The metrics on one line of the console; None where it tells none."""
    text = inert(line.rstrip(b"\r\n").rpartition(b"\r")[2][:4096].decode("utf-8", errors="replace"))
    if match := _TRAIN.search(text):
        parts = {_NAMES[name.lower()]: _float(value) for name, value in _PART.findall(match.group(3))}
        return MetricRow(int(match.group(1)), {"loss": _float(match.group(2)), **parts})
    if match := _VAL.search(text):
        took = {"eval_runtime": _float(match.group(3))} if match.group(3) else {}
        return MetricRow(int(match.group(1)), {"eval_loss": _float(match.group(2)), **took})
    if match := _ROW.fullmatch(text):
        train_loss, speed, thousands = (_float(number) for number in match.groups()[1:])
        values = {"loss": train_loss, "tokens_per_second": speed, "num_tokens": round(thousands * 1000, 3)}
        return MetricRow(int(match.group(1)), values)
    if match := _VAL_ROW.fullmatch(text):
        step, loss, took_seconds = match.groups()
        return MetricRow(int(step), {"eval_loss": _float(loss), "eval_runtime": _float(took_seconds)})
    return None


def mlx_console_logs(run_dir: Path) -> list[Path]:
    """Where people save mlx-lm's console: any log or text file in the adapter's folder, or beside it by its name."""
    inside = [p for ending in _LOG_ENDINGS for p in run_dir.glob(f"*.{ending}") if p.is_file()]
    beside = [run_dir.with_name(f"{run_dir.name}.{ending}") for ending in _LOG_ENDINGS]
    found = [*inside, *(p for p in beside if p.is_file())]
    return sorted(found, key=lambda p: (p.stat().st_mtime_ns, p.name))


def _float(text: str) -> float:
    return float(text.replace(",", ""))
