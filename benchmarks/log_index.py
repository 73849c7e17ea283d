"""A log of 330 MB and 4 M lines: its line starts, against toolong's own scan; the last screenful of a log of 5 GB.

Each round is a new process, so that both start from nothing; the file lies in the page cache for both. The memory is
what holds the offsets.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import figure

LINES = 4_000_000
HUGE = 5_000_000_000
ROUNDS = 5
PEER = Path(".venv-peers/bin/python").absolute()
_OURS = """
import json, sys, time
from pathlib import Path
from tuner.runs.log_reader import LogReader
began = time.perf_counter()
log = LogReader(Path(sys.argv[1]))
log.refresh()
page = log.tail(200)
seen = time.perf_counter() - began
if sys.argv[2:] == ["count"]:
    import numpy  # the screen loads it once, not for each log
    began = time.perf_counter()
    while log.advance():
        pass
print(json.dumps([seen, time.perf_counter() - began, log._index.nbytes, log.total, len(page.lines)]))
"""
_TOOLONG = """
import json, sys, threading, time
from toolong.log_file import LogFile
began = time.perf_counter()
log = LogFile(sys.argv[1])
log.open(threading.Event())
breaks = []
for _, batch in log.scan_line_breaks():
    breaks.extend(batch)
taken = time.perf_counter() - began
print(json.dumps([0, taken, sys.getsizeof(breaks) + sum(map(sys.getsizeof, breaks)), len(breaks), 0]))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, huge = Path(folder) / "console.log", Path(folder) / "huge.log"
        _write(path)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(_run(sys.executable, _OURS, path, "count"))
            if PEER.exists():
                theirs.append(_run(str(PEER), _TOOLONG, path))
        if not theirs:
            print("toolong was not run: there is no .venv-peers (`make bench` makes it)")
        figure("log_index", _middle(ours, 1), "s", "toolong", _middle(theirs, 1))
        figure("log_index_bytes_a_line", _middle(ours, 2) / LINES, "bytes", "toolong", _middle(theirs, 2) / LINES)
        with huge.open("wb") as file:
            file.truncate(HUGE)
            file.seek(0, 2)
            file.write(path.read_bytes()[-1_000_000:])
        screenful = [_run(sys.executable, _OURS, huge) for _ in range(ROUNDS)]
        assert all(round_[4] == 200 for round_ in screenful)
        figure("log_last_screenful_of_5_gb", _middle(screenful, 0), "s", "none", 0)


def _write(path: Path) -> None:
    line = "12:%02d:%02d step=%-8d loss=0.4213 grad_norm=1.02 lr=3e-04 tokens/s=4100 memory=61\n"
    with path.open("w", encoding="ascii") as file:
        for begin in range(0, LINES, 10_000):
            file.write("".join(line % (n // 60 % 60, n % 60, n) for n in range(begin, begin + 10_000)))


def _run(python: str, program: str, *arguments: object) -> list[float]:
    done = subprocess.run([python, "-c", program, *map(str, arguments)], check=True, capture_output=True, text=True)
    found: list[float] = json.loads(done.stdout)
    return found


def _middle(rounds: list[list[float]], place: int) -> float:
    return statistics.median(r[place] for r in rounds) if rounds else float("nan")


if __name__ == "__main__":
    main()
