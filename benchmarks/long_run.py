"""A run of 200,000 steps × 2 metrics: program start to the full chart in a pty of 160×48, against `wandb leet`.

Ours is full when the last round step stands under it; `leet` when the terminal has been silent for a while: the moment
counted is that of the last bytes before the silence. W&B's own offline run of the same values is made by the wandb
package in .venv-peers. Settled: until the last bytes, by which ours has counted the log's lines and its errors too.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks.figures import figure
from benchmarks.sample_runs import make_runs
from benchmarks.terminal import Terminal

STEPS = 200_000
ROUNDS = 3
LAST_TICK = "150k"
"""Of the steps under the chart, the last that the width of two charts side by side has room for."""
SILENCE, GIVE_UP = 2.5, 60.0
PEERS = Path(".venv-peers/bin").absolute()
_MAKE_OFFLINE_RUN = f"""
import math, wandb
run = wandb.init(mode="offline", project="long", settings=wandb.Settings(console="off", x_disable_stats=True))
for step in range(1, {STEPS} + 1):
    run.log({{"loss": 2 * math.exp(-step / 100) + 0.3, "learning_rate": 1e-4}}, step=step)
run.finish()
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "tuner").mkdir()
        make_runs(work / "tuner", 1, STEPS)
        full = [_full([script("tuner-tui"), str(work / "tuner")], work) for _ in range(ROUNDS)]
        ours = [_settled([script("tuner-tui"), str(work / "tuner")], work, "sample-0") for _ in range(ROUNDS)]
        leet = _leet(work)
    seconds, cores = min(ours)
    peer, peer_cores = leet or (math.nan, math.nan)
    figure("long_run_to_full_chart", min(full), "s", "wandb_leet", peer)
    figure("long_run_settled", seconds, "s", "wandb_leet", peer)
    figure("long_run_cores_meanwhile", cores, "cores", "wandb_leet", peer_cores)


def _leet(work: Path) -> tuple[float, float] | None:
    wandb = PEERS / "wandb"
    if not wandb.exists():
        print("wandb leet was not run: there is no .venv-peers (`make bench` makes it)")
        return None
    place = work / "leet"
    place.mkdir()
    quiet = {**os.environ, "WANDB_SILENT": "true", "WANDB_DIR": str(place), "HOME": str(place)}
    script = [str(PEERS / "python"), "-c", _MAKE_OFFLINE_RUN]
    subprocess.run(script, cwd=place, env=quiet, check=True, stdout=subprocess.DEVNULL)
    run_file = next((place / "wandb").glob("offline-run-*/*.wandb"))
    return _settled([str(wandb), "leet", str(run_file.parent)], place, "loss")


def _full(argv: Sequence[str], cwd: Path) -> float:
    """Seconds from the start until the chart's last round step is written."""
    terminal = Terminal(argv, cwd=cwd)
    try:
        return terminal.wait_for(LAST_TICK, GIVE_UP)
    finally:
        terminal.close()


def _settled(argv: Sequence[str], cwd: Path, shown: str) -> tuple[float, float]:
    """Seconds from the start to the last bytes before a silence, and the cores that were busy until then."""
    terminal = Terminal(argv, cwd=cwd)
    try:
        last = terminal.wait_for(shown, GIVE_UP)
        busy = _cpu_seconds(terminal.pid)
        while (now := time.perf_counter() - terminal.began) - last < SILENCE and now < GIVE_UP:
            if terminal.read(0.05):
                last, busy = time.perf_counter() - terminal.began, _cpu_seconds(terminal.pid)
        return last, busy / last
    finally:
        terminal.close()


def _cpu_seconds(pid: int) -> float:
    total = 0.0
    root = psutil.Process(pid)
    for process in (root, *root.children(recursive=True)):
        times = process.cpu_times()
        total += times.user + times.system
    return total


def script(name: str) -> str:
    """The program of that name beside this interpreter."""
    return str(Path(sys.executable).with_name(name))


if __name__ == "__main__":
    main()
