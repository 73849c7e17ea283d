"""10,000 runs: the index made for the first time, loaded again, sorted, and asked a query at each key.

The peer is Textual's own DataTable given as many rows and painted once.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.figures import figure, percentile
from tuner.config.workspace import Workspace
from tuner.runs.query import RunQuery
from tuner.runs.run_index import RunIndex
from tuner.runs.run_sort import sort_runs
from tuner.runs.summary import RunSummary

RUNS = 10_000
ROWS = 50
_OBJECTIVES, _STATES = ("sft", "kto", "dpo"), ("succeeded", "succeeded", "failed", "cancelled")
TYPED = "tools objective:kto loss<1.2 -tag:old"


def make_many_runs(root: Path, count: int = RUNS) -> Workspace:
    """Run directories as they lie on disk after training, written as fast as files can be."""
    workspace = Workspace(root)
    for i in range(count):
        objective, state = _OBJECTIVES[i % 3], _STATES[i % 4]
        day = f"{2020 + i % 6}{i % 12 + 1:02d}{i % 28 + 1:02d}"
        run = workspace.runs / f"{day}-100000-{objective}-tools-{i:04x}"
        (run / "logs").mkdir(parents=True)
        (run / "checkpoints").mkdir()
        (run / "manifest.json").write_text(_manifest(run.name, i, objective, state))
        (run / "state.json").write_text(
            json.dumps({"state": state, "phase": None, "attempt": 1, "progress": 1.0, "step": ROWS, "total_steps": ROWS,
                        "eta_seconds": None, "message": "finished", "error": None, "host": "here", "boot_id": "b",
                        "supervisor": {"pid": 1, "started": 1.0}, "trainer": {"pid": 2, "started": 2.0}}, indent=2)
        )  # fmt: skip
        (run / "logs" / "training_20261120_100000.jsonl").write_text(_rows(i))
        (run / "console.log").write_text("step 1\n" * ROWS)
    return workspace


def _manifest(run_id: str, i: int, objective: str, state: str) -> str:
    day = f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}"
    return json.dumps(
        {
            "schema_version": 1, "run_id": run_id, "name": f"tools-{i % 200}", "kind": "train", "objective": objective,
            "backend": "rtx", "parent_run": None, "tags": ["old"] if i % 5 == 0 else [], "state": state, "error": None,
            "created": f"{day}T10:00:00.000Z", "started": f"{day}T10:00:01.000Z", "finished": f"{day}T11:00:00.000Z",
            "job": {"method": {"type": "lora", "rank": 16}, "model": {"base_model": "Qwen/Qwen3-0.6B"},
                    "datasets": {"training": "data/tools.jsonl", "validation": "data/tools-validation.jsonl"}},
            "model": {"id": "Qwen/Qwen3-0.6B"}, "dataset": {"path": "data/tools.jsonl", "rows": 1000},
            "versions": {"torch": "2.13.0", "trl": "1.16.0"}, "hardware": {"gpu": "one"}, "seed": 1,
            "results": {"steps": ROWS, "best": {"step": 40, "by": "eval_loss", "value": 0.4, "why": "lowest"}},
            "artifacts": [],
        },
        indent=2,
    )  # fmt: skip


def _rows(i: int) -> str:
    rows = []
    for step in range(1, ROWS + 1):
        row = {
            "step": step,
            "timestamp": "2026-11-20T10:00:01.000Z",
            "elapsed_seconds": float(step),
            "interval_time": 1.0,
            "loss": 2.0 / step + i % 7 / 5,
            "grad_norm": 0.9,
            "learning_rate": 1e-4 / step,
        }
        rows.append({**row, "eval_loss": 1.9 / step} if step % 10 == 0 else row)  # fmt: skip
    return "".join(json.dumps(row) + "\n" for row in rows)


def seconds(do: Callable[[], object], times: int = 1) -> float:
    """The least of several times: what else runs on the machine only adds."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        do()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def key_presses(runs: list[RunSummary]) -> list[float]:
    """Seconds for each key of a query typed one by one: found and sorted again each time."""
    return [
        seconds(lambda end=end: sort_runs(RunQuery.parse(TYPED[:end]).select(runs), "created", descending=True), 3)
        for end in range(1, len(TYPED) + 1)
    ]


def data_table_seconds(runs: list[RunSummary]) -> float:
    """Textual's DataTable: ten columns of every run, to its first paint."""
    from textual.app import App, ComposeResult
    from textual.widgets import DataTable

    class Peer(App[None]):
        def compose(self) -> ComposeResult:
            yield DataTable()

    async def paint() -> float:
        app = Peer()
        async with app.run_test(size=(160, 48)) as pilot:
            begun = time.perf_counter()
            table = app.query_one(DataTable)
            table.add_columns("id", "name", "state", "objective", "model", "step", "loss", "best", "created", "tags")
            table.add_rows(
                (r.id, r.name, r.state, r.objective, r.model, r.step, r.metrics.get("loss"), r.best and r.best["value"],
                 r.created_at, " ".join(r.tags)) for r in runs
            )  # fmt: skip
            await pilot.pause()
            return time.perf_counter() - begun

    return asyncio.run(paint())


def main() -> None:
    root = Path(tempfile.mkdtemp(prefix="tuner-many-"))
    try:
        workspace = make_many_runs(root)
        first: list[float] = []
        begun = time.perf_counter()
        RunIndex(workspace).scan(lambda _: first.append(time.perf_counter() - begun))
        cold = time.perf_counter() - begun
        print(f"10,000 runs: first shown after {first[0]:.3f} s of making the index", flush=True)
        warm = seconds(lambda: RunIndex(workspace).load(), 5)
        index = RunIndex(workspace)
        runs = index.load()
        table = data_table_seconds(runs)
        index.scan()
        figure("10,000 runs, cold index (to reach 3)", cold, "s", "-", 0.0)
        figure("10,000 runs, warm load (to reach 0.1)", warm, "s", "Textual DataTable, filled and painted", table)
        figure(
            "10,000 runs, sort by loss", seconds(lambda: sort_runs(runs, "loss", descending=False), 5), "s", "-", 0.0
        )
        typed = key_presses(runs)
        figure("10,000 runs, query and sort at a key, p95", percentile(typed, 0.95), "s", "-", 0.0)
        figure("10,000 runs, slow look with nothing changed", seconds(index.glance, 5), "s", "-", 0.0)
        figure("10,000 runs, full look with nothing changed", seconds(index.scan, 5), "s", "-", 0.0)
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
