"""Training under supervision against a bare TRL script with the same arguments: steps/s, and launch to first step.

The two take turns, several times, so that what else the machine does falls on both.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from benchmarks.figures import figure
from benchmarks.tiny_model import make_dataset, make_model

STEPS = 120
ROUNDS = 3
WARM = 10
"""Steps left out of the pace: the first ones allocate."""

CONFIG = f"""
objective: sft
model: {{base_model: model}}
datasets: {{training: train.jsonl, validation_fraction: 0.0}}
method: {{type: lora, lora: {{rank: 8, alpha: 16}}}}
schedule:
  {{max_steps: {STEPS}, batch_size: 8, sequence_length: 512, checkpoints: 2, evaluations: 0, logging_steps: 1}}
optimizer: {{learning_rate: 1.0e-3}}
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        make_model(work / "model")
        make_dataset(work / "train.jsonl", 2000)
        (work / "config.yaml").write_text(CONFIG)
        ours, bare = [], []
        for _ in range(ROUNDS):
            bare.append(_bare(work))
            ours.append(_ours(work))
    pace = [statistics.median(r[1] for r in rounds) for rounds in (ours, bare)]
    first = [statistics.median(r[0] for r in rounds) for rounds in (ours, bare)]
    figure("supervised_steps_per_second", pace[0], "steps/s", "bare_trl_script", pace[1])
    figure("launch_to_first_step", first[0], "s", "bare_trl_script", first[1])
    figure("launch_to_first_step_added", first[0] - first[1], "s", "allowed", 0.7)


def _ours(work: Path) -> tuple[float, float]:
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-m", "tuner", "train", "config.yaml", "--backend", "cpu", "--json"],
        cwd=work,
        capture_output=True,
        text=True,
        check=True,
    )
    run_dir = Path(json.loads(done.stdout)["path"])
    rows = [json.loads(line) for f in (run_dir / "logs").iterdir() for line in f.read_text().splitlines()]
    times = [datetime.fromisoformat(r["timestamp"]).timestamp() for r in rows if "loss" in r]
    return times[0] - began, _pace(times)


def _bare(work: Path) -> tuple[float, float]:
    dry = subprocess.run(
        [sys.executable, "-m", "tuner", "train", "config.yaml", "--backend", "cpu", "--dry-run", "--json"],
        cwd=work,
        capture_output=True,
        text=True,
        check=True,
    )
    payload = json.loads(dry.stdout)["payload"]
    output = Path(tempfile.mkdtemp(dir=work))
    given = {
        "model": payload["model"]["path"],
        "dataset": payload["dataset"]["training"],
        "arguments": payload["arguments"],
        "lora": payload["method"]["lora"],
        "output": str(output),
        "times": str(output / "times"),
    }
    (output / "arguments.json").write_text(json.dumps(given))
    script = Path(__file__).with_name("bare_trl.py")
    # A new dataset each time, as for Tuner: a cache of tokenized rows from the round before would be no launch.
    environment = {
        **os.environ,
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_CACHE": str(output / "cache"),
    }
    began = time.time()
    subprocess.run(
        [sys.executable, str(script), str(output / "arguments.json")],
        cwd=output,
        env=environment,
        capture_output=True,
        check=True,
    )
    times = [float(line) for line in (output / "times").read_text().splitlines()]
    return times[0] - began, _pace(times)


def _pace(times: list[float]) -> float:
    """Steps per second by the median step, which a busy neighbour on the machine moves least."""
    return 1 / statistics.median(later - sooner for sooner, later in pairwise(times[WARM:]))


if __name__ == "__main__":
    main()
