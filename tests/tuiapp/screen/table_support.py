"""Runs that exist nowhere, and the run table alone in an application."""

from __future__ import annotations

import math
from pathlib import Path

from textual.app import App, ComposeResult

from tuiapp.widgets.run_table.table import RunTable
from tuner.runs.summary import RunSummary

OBJECTIVES, STATES = ("sft", "kto", "dpo"), ("succeeded", "running", "failed", "cancelled")


def make_summary(number: int = 1, **fields: object) -> RunSummary:
    """A run as the index tells it; higher numbers are newer."""
    facts: dict[str, object] = {
        "id": f"20261120-{number // 3600 % 24:02}{number // 60 % 60:02}{number % 60:02}-sft-run-{number:04x}",
        "name": f"run-{number}",
        "kind": "train",
        "source": "tuner",
        "state": STATES[number % 4],
        "objective": OBJECTIVES[number % 3],
        "method": "lora",
        "backend": "cpu",
        "model": "org/base-2m",
        "dataset": "data/train.jsonl",
        "created_at": f"2026-11-20T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.000Z",
        "started_at": "2026-11-20T10:00:00.000Z",
        "finished_at": "2026-11-20T11:30:00.000Z",
        "phase": None,
        "message": "",
        "step": number,
        "total_steps": 20_000,
        "progress": number / 20_000,
        "eta_seconds": 60.0 * number,
        "metrics": {"loss": 2 + math.sin(number), "eval_loss": 2 + math.cos(number)},
        "best": {"step": number, "by": "eval_loss", "value": 2 + math.cos(number)},
        "error": None,
        "parent": None,
        "tags": ["baseline"] if number % 2 else [],
        "path": Path("/nowhere") / str(number),
        "sparkline": tuple(2 / (step + 1) for step in range(24)),
        **fields,
    }
    return RunSummary(**facts)  # type: ignore[arg-type]


def make_summaries(count: int) -> list[RunSummary]:
    """Newest first."""
    return [make_summary(n) for n in range(count, 0, -1)]


class TableApp(App[None]):
    """The table, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.table = RunTable(id="runs")

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.focus()
