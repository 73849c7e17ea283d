"""A lack of memory in a real training: found by the probe before the first step, mended by the fix that is proposed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.support.command_line import run_tuner, tuner_json
from tests.support.laboratory import must_have_succeeded, rows_of
from tests.trainers.conftest import trained
from tuner.config.workspace import Workspace
from tuner.runs.events import read_events
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest

pytestmark = pytest.mark.training

CONFIG = """
objective: sft
model: {base_model: base}
datasets: {training: data/long.jsonl, validation_fraction: 0.0}
method: {type: lora, lora: {rank: 4}}
schedule:
  max_steps: 1
  batch_size: 16        # too large for the memory that is left
  sequence_length: 512
  checkpoints: 0
output: {suffix: greedy}
metadata: {probe: true}
"""
LIMITED = """#!{python}
import os, sys

words = sys.argv[1:]
if "-m" not in words:
    os.execv({python!r}, [{python!r}, *words])
import resource, runpy

import datasets, peft, torch, transformers
from trl import SFTConfig, SFTTrainer

pages = int(open("/proc/self/statm").read().split()[0])
room = {room} + pages * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (room, room))
module, *sys.argv[1:] = words[words.index("-m") + 1 :]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


def test_a_probe_changes_nothing_of_the_training(laboratory: Workspace, sft_run: Path) -> None:
    probed = trained(laboratory, "sft", "--accept", "ROWS_SKIPPED", "--set", "metadata.probe=true")
    told = next(e for e in read_events(probed) if e.type == "probe")
    assert told.data["rows"] == 2
    assert told.data["peak_bytes"] > 0
    assert read_manifest(probed)["probe"] == dict(told.data)
    clock = {"timestamp", "elapsed_seconds"}
    plain, other = (
        [{k: v for k, v in row.items() if k not in clock and "time" not in k and "_per_" not in k} for row in rows]
        for rows in (rows_of(sft_run), rows_of(probed))
    )
    assert other == plain


def test_a_run_out_of_memory_is_fixed_and_trains(laboratory: Workspace, base_run: Path) -> None:
    root = laboratory.root
    rows = [{"prompt": f"paint door {i}", "completion": "door is red and " * 300} for i in range(16)]
    (root / "data" / "long.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    (root / "configs" / "greedy.yaml").write_text(CONFIG)
    python = root / "python-with-little-memory"
    python.write_text(LIMITED.format(python=sys.executable, room=1_440_000_000))
    python.chmod(0o755)
    settings = root / ".tuner" / "settings.yaml"
    before = settings.read_text() if settings.is_file() else None
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(f"backends: {{cpu: {{python_path: {python}}}}}\n")
    try:
        _fails_and_is_fixed(root)
    finally:
        settings.unlink() if before is None else settings.write_text(before)


def _fails_and_is_fixed(root: Path) -> None:
    place = ("--workspace", root)
    done = run_tuner("train", root / "configs" / "greedy.yaml", "--backend", "cpu", "--json", "--accept", "all", *place)
    assert done.returncode == 1, done.stderr
    failed = json.loads(done.stdout)
    assert failed["error"]["code"] == "TRAINING_OOM", RunPaths(Path(failed["path"])).console.read_text()
    assert "the longest batch (16 x up to 512 tokens) does not fit" in failed["error"]["message"]
    assert f"tuner runs fix {failed['id']}" in failed["error"]["hint"]
    fix = tuner_json("runs", "fix", failed["id"], *place)
    changed = {c["path"]: c["after"] for c in fix["changes"]}
    assert set(changed) == {"schedule.batch_size", "schedule.gradient_accumulation"}
    assert changed["schedule.batch_size"] * changed["schedule.gradient_accumulation"] == 16
    smaller = changed["schedule.batch_size"]
    assert smaller < 16
    assert f"+  batch_size: {smaller}        # too large for the memory that is left" in fix["diff"]
    assert [line for line in fix["diff"][2:] if line.startswith("-")] == [
        "-  batch_size: 16        # too large for the memory that is left"
    ]
    mended = tuner_json("runs", "fix", failed["id"], "--start", "--accept", "all", *place)
    must_have_succeeded(Path(mended["path"]))
    assert mended["name"] == "greedy"
    assert rows_of(Path(mended["path"]))[0]["loss"] > 0
