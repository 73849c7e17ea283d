"""One run over two processes, started by accelerate through our own launch plan and supervisor (gloo, no GPU)."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest

from backends.training import CPUBackend
from tests.support.jobs import job
from tests.support.laboratory import rows_of
from tests.support.waiting import wait_for
from tuner.config.workspace import Workspace
from tuner.core.states import ENDED_STATES, RunState
from tuner.jobs.start import start_supervisor
from tuner.jobs.stop import request_cancel
from tuner.jobs.submit import RunSpec, create_run
from tuner.runs.checkpoint_marker import is_complete
from tuner.runs.layout import RunPaths
from tuner.runs.state_file import read_state

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def stopped(laboratory: Workspace, base_run: Path) -> Path:
    """A run without end over two processes, cancelled once it has saved and evaluated."""
    asked = job(
        model={"base_model": str(base_run / "final_model")},
        datasets={"training": str(laboratory.root / "data" / "messages.jsonl"), "validation_fraction": 0.25},
        method={"lora": {"rank": 4}},
        schedule={"max_steps": 100_000, "batch_size": 2, "sequence_length": 512, "save_steps": 2, "eval_steps": 2},
        optimizer={"learning_rate": 1e-3},
    )
    backend = CPUBackend()
    payload = backend.translate_configuration(asked, {}).payload | {"distributed": {"processes": 2, "way": "ddp"}}
    spec = RunSpec(kind="train", name="two", objective="sft", backend="cpu", payload=payload)
    run_dir = create_run(laboratory, spec, lambda place: backend.launch("sft", place, sys.executable, payload))
    start_supervisor(run_dir)
    checkpoint = RunPaths(run_dir).checkpoints / "checkpoint-2"
    wait_for(lambda: is_complete(checkpoint) or read_state(run_dir).state in ENDED_STATES, what="the first checkpoint")
    request_cancel(run_dir)
    wait_for(lambda: read_state(run_dir).state in ENDED_STATES, what="the run to end")
    return run_dir


def test_a_request_stops_all_at_the_same_step_after_saving(stopped: Path) -> None:
    state = read_state(stopped)
    console = RunPaths(stopped).console.read_text()
    assert state.state is RunState.CANCELLED, f"{state}\n{console}"
    assert state.message == "cancelled on request after saving a checkpoint"
    assert console.count("stopped on request; the checkpoint is saved") == 1
    last = max(row["step"] for row in rows_of(stopped))
    assert is_complete(RunPaths(stopped).checkpoints / f"checkpoint-{last}")


def test_the_first_process_alone_writes_the_files(stopped: Path) -> None:
    assert len(RunPaths(stopped).metric_files()) == 1
    losses = [row["loss"] for row in rows_of(stopped) if "loss" in row]
    steps = [row["step"] for row in rows_of(stopped) if "loss" in row]
    assert len(losses) >= 2 and all(math.isfinite(loss) for loss in losses)
    assert steps == sorted(set(steps))
    events = [json.loads(line) for line in RunPaths(stopped).events.read_text().splitlines()]
    saved = [e["data"]["step"] for e in events if e["type"] == "checkpoint"]
    assert saved == sorted(set(saved)) and saved[0] == 2


def test_both_learned(stopped: Path) -> None:
    states = sorted(p.name for p in (RunPaths(stopped).checkpoints / "checkpoint-2").glob("rng_state_*.pth"))
    assert states == ["rng_state_0.pth", "rng_state_1.pth"]
    tokens = [row["num_tokens"] for row in rows_of(stopped) if "num_tokens" in row]
    assert tokens[0] > 80  # two examples of each process, each about thirty tokens long
