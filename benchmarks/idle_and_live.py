"""What the open screen costs: nothing happening, and one live run that writes 10 rows a second. A pty of 160×48."""

from __future__ import annotations

import math
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks.figures import figure
from benchmarks.long_run import script
from benchmarks.sample_runs import make_live_run, make_runs
from benchmarks.terminal import Terminal
from tuner.runs.layout import RunPaths
from tuner.runs.rows import MetricRowWriter

SECONDS = 30.0
ROWS_A_SECOND = 10
_SETTLED = 4.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        make_runs(work, 20, 300)
        idle, idle_bytes = _cost(work, "sample-19", lambda: None)
        writer = MetricRowWriter(RunPaths(make_live_run(work, 300)).logs)
        step = 300

        def write() -> None:
            nonlocal step
            step += 1
            writer.write(step, {"loss": 2 * math.exp(-step / 100) + 0.3, "learning_rate": 1e-4})

        live, live_bytes = _cost(work, "live-run", write)
    figure("idle_core", idle, "cores", "allowed", 0.01)
    figure("idle_bytes", idle_bytes, "B/s", "allowed", 0.0)
    figure("live_run_core", live, "cores", "allowed", 0.08)
    figure("live_run_bytes", live_bytes, "B/s", "rows_a_second", ROWS_A_SECOND)


def _cost(work: Path, shown: str, tick: Callable[[], object]) -> tuple[float, float]:
    """Cores used and bytes written a second once the screen has settled; ``tick`` is called 10 times a second."""
    terminal = Terminal([script("tuner-tui"), str(work)], cwd=work)
    over = threading.Event()

    def keep_ticking() -> None:
        while not over.wait(1 / ROWS_A_SECOND):
            tick()

    ticking = threading.Thread(target=keep_ticking)
    try:
        terminal.wait_for(shown)
        ticking.start()
        _read_for(terminal, _SETTLED)
        process = psutil.Process(terminal.pid)
        before, written = process.cpu_times(), terminal.bytes
        _read_for(terminal, SECONDS)
        after = process.cpu_times()
        busy = after.user + after.system - before.user - before.system
        return busy / SECONDS, (terminal.bytes - written) / SECONDS
    finally:
        over.set()
        ticking.join()
        terminal.close()


def _read_for(terminal: Terminal, seconds: float) -> None:
    until = time.perf_counter() + seconds
    while (left := until - time.perf_counter()) > 0:
        terminal.read(min(left, 0.2))


if __name__ == "__main__":
    main()
