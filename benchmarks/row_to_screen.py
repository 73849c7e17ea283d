"""A metric row written to disk → its number on the terminal: the 95th percentile over many rows."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import figure, percentile
from benchmarks.sample_runs import make_live_run, make_runs
from benchmarks.terminal import Terminal
from tuner.runs.layout import RunPaths
from tuner.runs.rows import MetricRowWriter

ROWS = 80
ALLOWED = 0.150
_GIVE_UP = 5.0


def main() -> None:
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        make_runs(work, 20, 300)
        run_dir = make_live_run(work, 300)
        terminal = Terminal([str(Path(sys.executable).with_name("tuner-tui")), str(work)], cwd=work)
        try:
            terminal.wait_for("live-run")
            _settle(terminal)
            writer = MetricRowWriter(RunPaths(run_dir).logs)
            delays = []
            for i in range(ROWS):
                time.sleep(chance.uniform(0.05, 0.4))
                _settle(terminal)
                delays.append(_delay(terminal, writer, 301 + i))
        finally:
            terminal.close()
    figure("row_to_screen_p95", percentile(delays, 0.95), "s", "allowed", ALLOWED)
    figure("row_to_screen_median", percentile(delays, 0.5), "s", "allowed", ALLOWED)


def _settle(terminal: Terminal) -> None:
    while terminal.read(0.05):
        continue


def _delay(terminal: Terminal, writer: MetricRowWriter, step: int) -> float:
    """Write a row whose loss no other has, and watch the terminal for it."""
    loss = 3.0 + step / 1000
    shown = f"{loss:.3f}".encode()
    terminal.seen = b""
    began = time.perf_counter()
    writer.write(step, {"loss": loss, "learning_rate": 1e-4})
    while time.perf_counter() - began < _GIVE_UP:
        terminal.read(0.01)
        if shown in terminal.seen:
            return time.perf_counter() - began
    raise TimeoutError(f"{shown!r} never came on the screen")


if __name__ == "__main__":
    main()
