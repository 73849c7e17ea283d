"""A million rows of four metrics into columns, against the bare decoding of the lines and against TensorBoard.

The rows are as trainers write them here: step, time, seconds, and the metrics. Loading is measured in a process of its
own, with the modules loaded; memory is what that process grew by. Seconds are those of the processor, all of it being
done by one thread; the best of several rounds counts, ours and orjson's taken in turn. TensorBoard reads one metric
only, written to an event file by its own writer.
"""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import orjson

from benchmarks.figures import figure
from tuner.runs.metric_reader import MetricReader

ROWS = 1_000_000
ROUNDS = 3
APPENDED = 2_000
NUMBERS = 7
"""In each row beside the step: time, seconds, seconds since the last row, four metrics."""
PEER = Path(".venv-peers/bin/python").absolute()
_LOAD = """
import sys, time
from pathlib import Path
import msgspec, numpy
from tuner.runs import metric_load
from tuner.runs.metric_reader import MetricReader

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

reader, before, start = MetricReader(Path(sys.argv[1])), resident(), time.process_time()
reader.refresh()
print(time.process_time() - start, resident() - before, reader.history.nbytes, len(reader.history))
"""
_TENSORBOARD = f"""
import sys, time
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter
with open(sys.argv[1] + "/events.out.tfevents.1", "wb") as file:
    writer = RecordWriter(file)
    for step in range({ROWS}):
        value = Summary.Value(tag="loss", simple_value=1.0 / (step + 1))
        writer.write(Event(step=step, wall_time=1e9 + step, summary=Summary(value=[value])).SerializeToString())
start = time.process_time()
events = EventAccumulator(sys.argv[1], size_guidance={{"scalars": 0}})
events.Reload()
assert len(events.Scalars("loss")) == {ROWS}
print(time.process_time() - start)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        file = run / "logs" / "training_20261120_100000.jsonl"
        file.parent.mkdir(parents=True)
        _write(file)
        print(f"{ROWS} rows, {file.stat().st_size / 1e6:.0f} MB")
        lines = file.read_bytes().split(b"\n")[:-1]
        loads, bare_orjson = [], []
        for _ in range(ROUNDS):
            bare_orjson.append(_seconds(lambda: _decode(lines, orjson.loads)))
            loads.append(_run([sys.executable, "-c", _LOAD, str(run)]))
        bare_json = _seconds(lambda: _decode(lines, json.loads))
        seconds, resident, held, rows = min(loads)
        assert rows == ROWS, "no row is lost"
        figure("metric_history_load", seconds, "s", "orjson_bare_parse", min(bare_orjson))
        figure("metric_history_load", seconds, "s", "json_bare_parse", bare_json)
        figure("metric_history_memory_grown", resident / ROWS / NUMBERS, "bytes/value", "bare_float64", 8)
        figure("metric_history_memory_held", held / ROWS / NUMBERS, "bytes/value", "bare_float64", 8)
        _appended(run, file, lines[-1])
        if PEER.exists():
            place = Path(folder) / "events"
            place.mkdir()
            peer = _run([str(PEER), "-c", _TENSORBOARD, str(place)])[0]
            figure("metric_history_load", seconds, "s", "tensorboard_accumulator_of_one_metric", peer)
        else:
            print("TensorBoard was not run: there is no .venv-peers (`make bench` makes it)")


def _appended(run: Path, file: Path, line: bytes) -> None:
    """A look after each row that is appended to the long file, and to one that was empty."""
    short = run.parent / "short" / "logs" / file.name
    short.parent.mkdir(parents=True)
    short.touch()
    costs = {path: _follow(path, line) for path in (file, short)}
    figure("metric_history_appended_row", costs[file] * 1e3, "ms", "same_in_an_empty_file", costs[short] * 1e3)


def _follow(file: Path, line: bytes) -> float:
    """Seconds that a look with a view costs for one new row."""
    reader = MetricReader(file.parent.parent)
    reader.refresh()
    row = orjson.loads(line)
    took = 0.0
    for step in range(ROWS + 1, ROWS + 1 + APPENDED):
        with file.open("ab") as end:
            end.write(orjson.dumps({**row, "step": step}) + b"\n")
        took += _seconds(lambda: reader.refresh() and reader.view().series("loss"))
    return took / APPENDED


def _write(file: Path) -> None:
    chance, elapsed, start = random.Random(1), 0.0, 1_790_000_000.0
    with file.open("w", encoding="utf-8") as lines:
        for step in range(1, ROWS + 1):
            interval = round(0.05 + chance.random() / 10, 3)
            elapsed = round(elapsed + interval, 3)
            stamp = datetime.fromtimestamp(start + elapsed, UTC).isoformat(timespec="milliseconds")
            row = {
                "step": step,
                "timestamp": stamp.replace("+00:00", "Z"),
                "elapsed_seconds": elapsed,
                "interval_time": interval,
                "loss": round(2 * math.exp(-step / 1e5) + chance.random() / 10, 4),
                "grad_norm": round(chance.random(), 6),
                "learning_rate": 2e-4 * (1 - step / ROWS),
                "num_tokens": step * 1024.0,
            }
            lines.write(json.dumps(row) + "\n")


def _decode(lines: list[bytes], decode: Callable[[bytes], object]) -> None:
    for line in lines:
        decode(line)


def _seconds(what: Callable[[], object]) -> float:
    start = time.process_time()
    what()
    return time.process_time() - start


def _run(script: list[str]) -> list[float]:
    """The numbers that a program prints last."""
    done = subprocess.run(script, check=True, capture_output=True, text=True)
    return [float(word) for word in done.stdout.splitlines()[-1].split()]


if __name__ == "__main__":
    main()
