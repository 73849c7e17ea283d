"""A chart of 100,000 points: milliseconds of a frame of 100×25 cells, and bytes to a terminal of 160×48 a repaint.

The peers are textual-plotext and textual-plot, each in the same small program (one_chart.py) in .venv-peers.
"""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from pathlib import Path

from benchmarks.figures import figure
from benchmarks.long_run import script
from benchmarks.one_chart import values
from benchmarks.sample_runs import make_runs
from benchmarks.terminal import Terminal
from tuiapp.widgets.chart.drawing import draw
from tuiapp.widgets.chart.figure import Figure, Plot
from tuiapp.widgets.chart.line_store import LineStore
from tuner.runs.series import Series

POINTS = 100_000
SHOWN_POINTS = 2_000
KEYS = 6
ALLOWED_MS, ALLOWED_BYTES = 5.0, 8_000
_DRAWN = 100
PEERS = Path(".venv-peers/bin/python").absolute()
_PROGRAM = str(Path(__file__).with_name("one_chart.py"))
_SILENCE = 1.0


def main() -> None:
    new, again = _frame([sys.executable, "-m", "benchmarks.one_chart"], "ours")
    sent = _bytes([sys.executable, "-m", "benchmarks.one_chart"], "ours")
    figure("chart_drawn_without_textual", _drawn(), "ms", "allowed", ALLOWED_MS)
    figure("screen_bytes_two_charts", _screen_bytes(), "B", "allowed", ALLOWED_BYTES)
    for kind in ("plotext", "plot"):
        if PEERS.exists():
            peer_new, peer_again = _frame([str(PEERS), _PROGRAM], kind)
            peer_sent = _bytes([str(PEERS), _PROGRAM], kind)
        else:
            print(f"textual-{kind} was not run: there is no .venv-peers (`make bench` makes it)")
            peer_new = peer_again = peer_sent = math.nan
        figure("chart_frame_same_values", again, "ms", f"textual-{kind}", peer_again)
        figure("chart_frame_other_values", new, "ms", f"textual-{kind}", peer_new)
        figure("chart_bytes_a_repaint", sent, "B", f"textual-{kind}", peer_sent)


def _frame(program: list[str], kind: str) -> tuple[float, float]:
    """Milliseconds of the processor for a frame of other values each time, and of the same values again."""
    done = subprocess.run([*program, kind, "frame", str(POINTS)], check=True, stdout=subprocess.PIPE, text=True)
    new, again = done.stdout.split()[-2:]
    return float(new), float(again)


def _drawn() -> float:
    """Milliseconds of the processor for the lines with axes, columns kept; what Textual does with them is left out."""
    x = array("d", range(POINTS))
    figure_ = Figure([Plot("loss", "loss", "loss", Series(x, values(POINTS, 1)))])
    store, spent = LineStore(), []
    for _ in range(_DRAWN):
        began = time.process_time()
        draw(figure_, 100, 25, store)
        spent.append(time.process_time() - began)
    return statistics.median(spent) * 1000


def _bytes(program: list[str], kind: str) -> float:
    """Bytes that the terminal gets when a chart over all of it shows other values."""
    return _repaint(Terminal([*program, kind, "show", str(SHOWN_POINTS)]), "n")


def _screen_bytes() -> float:
    """Bytes that the terminal gets when the charts of the main screen are smoothed more."""
    with tempfile.TemporaryDirectory() as folder:
        make_runs(Path(folder), 1, SHOWN_POINTS)
        return _repaint(Terminal([script("tuner-tui"), folder]), "]")


def _repaint(terminal: Terminal, key: str) -> float:
    """The median number of bytes that follow a key."""
    counts = []
    try:
        terminal.read(30.0)
        _settle(terminal)
        for _ in range(KEYS):
            before = terminal.bytes
            terminal.type(key)
            terminal.read(30.0)
            _settle(terminal)
            counts.append(terminal.bytes - before)
    finally:
        terminal.close()
    return float(statistics.median(counts))


def _settle(terminal: Terminal) -> None:
    while terminal.read(_SILENCE):
        continue


if __name__ == "__main__":
    main()
