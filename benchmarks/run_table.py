"""10,000 runs in a real terminal: shown, gone through by key, sought by typing; beside Textual's own DataTable."""

from __future__ import annotations

import argparse
import gc
import math
import statistics
import sys
import time
from pathlib import Path

from benchmarks.figures import figure, percentile
from benchmarks.terminal import Terminal

RUNS = 10_000
ALLOWED_PAINT, ALLOWED_KEY = 0.150, 0.033
_ROUNDS, _KEYS = 3, 30
_SHOW, _DOWN = "\x01", "\x1b[B"


def main() -> None:
    rounds = [(_measure("ours"), _measure("peer")) for _ in range(_ROUNDS)]
    ours, peer = [o for o, _ in rounds], [p for _, p in rounds]

    def median(side: list[dict[str, float]], what: str) -> float:
        return statistics.median(m[what] for m in side)

    for what, name in (("paint", "run_table_paint"), ("key", "run_table_key_p95")):
        figure(name, median(ours, what), "s", "textual_data_table", median(peer, what))
    figure("run_table_paint", median(ours, "paint"), "s", "allowed", ALLOWED_PAINT)
    figure("run_table_key_p95", median(ours, "key"), "s", "allowed", ALLOWED_KEY)
    figure("run_table_query_key_p95", median(ours, "query"), "s", "allowed", ALLOWED_KEY)


def _measure(side: str) -> dict[str, float]:
    """Seconds of each thing, in a terminal of its own."""
    terminal = Terminal([sys.executable, "-m", "benchmarks.run_table", "--show", side], cwd=Path.cwd())
    try:
        terminal.wait_for("made")
        _settle(terminal)
        found = {"paint": _until(terminal, _SHOW, "newest")}
        _settle(terminal)
        found["key"] = percentile([_answer(terminal, _DOWN) for _ in range(_KEYS)], 0.95)
        if side == "ours":
            keys = ["r", "u", "n", "-", "7", "7", *["\x7f"] * 6] * 2
            found["query"] = percentile([_answer(terminal, key) for key in ["/", *keys]][1:], 0.95)
        return found
    finally:
        terminal.close()


def _until(terminal: Terminal, keys: str, text: str) -> float:
    terminal.seen = b""
    began = time.perf_counter()
    terminal.type(keys)
    while text.encode() not in terminal.seen:
        terminal.read(0.01)
        if time.perf_counter() - began > 60:
            raise TimeoutError(f"{text!r} never came on the screen")
    return time.perf_counter() - began


def _answer(terminal: Terminal, keys: str) -> float:
    """Seconds to the last byte of the answer; a pause of 100 ms ends it."""
    began = time.perf_counter()
    terminal.type(keys)
    last = began
    while terminal.read(0.1 if last > began else 5.0):
        last = time.perf_counter()
    return last - began


def _settle(terminal: Terminal) -> None:
    while terminal.read(0.3):
        continue


# What runs in the terminal


def _show(side: str) -> None:
    from textual.app import App, ComposeResult
    from textual.binding import Binding
    from textual.widgets import DataTable, Static

    from tuiapp.widgets.run_table.columns import COLUMNS, DEFAULT
    from tuiapp.widgets.run_table.query_field import QueryField
    from tuiapp.widgets.run_table.table import RunTable
    from tuner.runs.summary import RunSummary

    def run(number: int) -> RunSummary:
        name = "newest" if number == RUNS else f"run-{number}"
        clock = f"{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}"
        return RunSummary(
            id=f"20261120-{clock.replace(':', '')}-sft-{name}-{number:04x}", name=name, kind="train", source="tuner",
            state=("succeeded", "failed", "cancelled", "running")[number % 4], objective=("sft", "kto")[number % 2],
            method="lora", backend="cpu", model="org/base-2m", dataset="data/train.jsonl",
            created_at=f"2026-11-20T{clock}Z", started_at=None, finished_at=None, phase=None, message="", step=number,
            total_steps=RUNS, progress=number / RUNS, eta_seconds=60.0,
            metrics={"loss": 2 + math.sin(number), "eval_loss": 2 + math.cos(number)}, best=None, error=None,
            parent=None, tags=["baseline"], path=Path(name), sparkline=tuple(1 / (i + 1) for i in range(24)),
        )  # fmt: skip

    runs = [run(n) for n in range(RUNS, 0, -1)]
    gc.freeze()  # as the screen does after its start

    class Shown(App[None]):
        BINDINGS = [Binding("ctrl+a", "load", priority=True), Binding("slash", "ask")]  # noqa: RUF012 (Textual's way)

        def compose(self) -> ComposeResult:
            yield Static("made")
            yield RunTable(id="runs") if side == "ours" else DataTable(cursor_type="row")
            if side == "ours":
                field = QueryField(id="find")
                field.cursor_blink = False  # or it would be taken for an answer
                yield field

        def action_load(self) -> None:
            if side == "ours":
                self.query_one(RunTable).show_runs(runs)
                self.query_one(RunTable).focus()
                return
            table: DataTable[str] = self.query_one(DataTable)
            table.focus()
            columns = [COLUMNS[i] for i in DEFAULT]
            table.add_columns(*(c.title for c in columns))
            table.add_rows([c.text(r) for c in columns] for r in runs)

        def action_ask(self) -> None:
            self.query_one(QueryField).focus()
            self.query_one(RunTable).expect_query()

        def on_query_field_asked(self, event: QueryField.Asked) -> None:
            self.query_one(RunTable).apply_query(event.text)

    Shown().run()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", choices=("ours", "peer"))
    shown = parser.parse_args().show
    _show(shown) if shown else main()
