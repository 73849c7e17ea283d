"""Runs that differ in a few settings and in how they went."""

from __future__ import annotations

import math
from pathlib import Path

from tests.support.run_builder import build_run, metric_row
from tuner.config.workspace import Workspace

NAMES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
RATES = (2e-4, 5e-5, 1e-3)


def add_compared(workspace: Workspace, count: int = 3, steps: int = 60) -> list[Path]:
    """So many finished runs, oldest first; the second one's parent is the first. The third learns fastest."""
    made: list[Path] = []
    for index, name in enumerate(NAMES[:count]):
        rank, rate = 8 * (index + 1), RATES[index % 3]
        job = {
            "objective": "sft",
            "model": {"base_model": "org/base-2m"},
            "method": {"type": "lora", "lora": {"rank": rank, "alpha": 16}},
            "schedule": {"epochs": 3, "batch_size": 16},
            "optimizer": {"learning_rate": rate},
        }
        written = "objective: sft\nmodel: {base_model: org/base-2m}\n"
        if index:  # the first has defaults; later ones say what they change, one of them by another tool's name
            written += f"learning_rate: {rate}\nmethod: {{lora: {{rank: {rank}}}}}\n"
        path = build_run(
            workspace.runs,
            run_id=f"20261120-10000{index}-sft-{name}-000{index}",
            name=name,
            rows=_rows(steps, 20 + 5 * (index % 3)),
            checkpoints=(20, 40),
            manifest={
                "job": job,
                "parent_run": made[0].name if index == 1 else None,
                "dataset": {"sha256": "ab" * 32, "rows": 400},
                "versions": {"trl": "1.15"},
            },
        )
        (path / "job.yaml").write_text(written, encoding="utf-8")
        made.append(path)
    return made


def _rows(count: int, pace: float) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for step in range(1, count + 1):
        loss = 2 * math.exp(-step * pace / 600) + 0.3 + 0.02 * math.sin(step)
        seconds = f"2026-11-20T10:{step // 60:02d}:{step % 60:02d}.000Z"
        rows.append({**metric_row(step, loss=loss, learning_rate=1e-3 / step, epoch=step / 20), "timestamp": seconds})
        if step % 20 == 0:
            rows.append(metric_row(step, eval_loss=loss + 0.1))
    return rows
