"""Program start to first paint of real data, in a pty of 160x48, against a bare one-widget Textual app."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import figure
from benchmarks.sample_runs import make_runs
from benchmarks.terminal import Terminal

ROUNDS = 9
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("painted-here")
Bare().run()
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        make_runs(work, 20, 300)
        (work / "bare.py").write_text(BARE)
        ours, bare = [], []
        for _ in range(ROUNDS):
            bare.append(_paint([sys.executable, str(work / "bare.py")], "painted-here", work))
            ours.append(_paint([str(Path(sys.executable).with_name("tuner-tui")), str(work)], "sample-19", work))
    figure("first_paint", statistics.median(ours), "s", "bare_textual_app", statistics.median(bare))


def _paint(argv: list[str], text: str, cwd: Path) -> float:
    terminal = Terminal(argv, cwd=cwd)
    try:
        return terminal.wait_for(text)
    finally:
        terminal.close()


if __name__ == "__main__":
    main()
