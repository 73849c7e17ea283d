"""Real training that is stopped: asked to, killed, or broken from the start."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.support.command_line import run_tuner, tuner_json
from tests.support.processes import is_gone
from tests.support.waiting import wait_for
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.runs.checkpoint_marker import is_complete
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest
from tuner.runs.state_file import read_state

pytestmark = pytest.mark.training


def started(laboratory: Workspace, *words: str) -> Path:
    """An endless run in the background, past its second step."""
    config = laboratory.root / "configs" / "endless.yaml"
    sets = [word for item in words for word in ("--set", item)]
    found = tuner_json("train", config, "--backend", "cpu", "--detach", "-w", laboratory.root, *sets)
    run_dir = laboratory.runs / found["run_id"]

    def steps() -> bool:
        state = read_state(run_dir)
        assert state.state in {RunState.QUEUED, RunState.RUNNING}, RunPaths(run_dir).console.read_text()
        return (state.step or 0) >= 2

    wait_for(steps, timeout=240, what="the second step")
    return run_dir


def test_cancel_saves_a_whole_checkpoint(laboratory: Workspace, base_run: Path) -> None:
    run_dir = started(laboratory)
    ended = tuner_json("runs", "cancel", run_dir.name, "-w", laboratory.root)
    assert (ended["run_id"], ended["state"]) == (run_dir.name, "cancelled")
    assert ended["message"] == "cancelled on request after saving a checkpoint"
    (checkpoint,) = RunPaths(run_dir).checkpoints.glob("checkpoint-*")
    assert is_complete(checkpoint)
    assert (checkpoint / "model.safetensors").is_file()
    assert not RunPaths(run_dir).final_model.exists()
    (artifact,) = read_manifest(run_dir)["artifacts"]  # type: ignore[misc]  # a list, as JSON
    assert artifact["path"] == f"checkpoints/{checkpoint.name}"
    state = read_state(run_dir)
    assert checkpoint.name == f"checkpoint-{artifact['step']}"
    assert state.trainer is None and state.supervisor is None
    again = run_tuner("runs", "cancel", run_dir.name, "-w", laboratory.root)
    assert again.returncode == 2
    assert "already ended" in again.stderr


def test_a_killed_trainer_is_told_with_the_end_of_its_log(laboratory: Workspace, base_run: Path) -> None:
    run_dir = started(laboratory, "datasets.training=data/alpaca.jsonl")
    trainer = read_state(run_dir).trainer
    assert trainer is not None
    os.kill(trainer.pid, signal.SIGKILL)
    ended = tuner_json("runs", "wait", run_dir.name, "-w", laboratory.root, expected=1)
    assert ended["state"] == "failed"
    assert ended["error"]["code"] == "TRAINER_KILLED"
    assert "killed by SIGKILL" in ended["error"]["message"]
    assert "step=" in ended["error"]["message"]
    assert ended["error"]["hint"]
    wait_for(lambda: is_gone(trainer.pid))


def test_a_trainer_whose_supervisor_is_killed_saves_and_ends(laboratory: Workspace, base_run: Path) -> None:
    run_dir = started(laboratory)
    state = read_state(run_dir)
    assert state.supervisor is not None and state.trainer is not None
    os.kill(state.supervisor.pid, signal.SIGKILL)
    trainer = state.trainer
    wait_for(lambda: is_gone(trainer.pid), what="the orphan to end by itself")
    (checkpoint,) = RunPaths(run_dir).checkpoints.glob("checkpoint-*")
    assert is_complete(checkpoint)
    shown = tuner_json("runs", "show", run_dir.name, "-w", laboratory.root)
    assert (shown["state"], shown["error"]["code"]) == ("failed", "TRAINER_KILLED")


def test_weights_of_another_model_fail_with_a_reason(laboratory: Workspace, base_run: Path) -> None:
    """What only the trainer can see is reported by it: code, message, hint, and no traceback."""
    broken = laboratory.root / "broken-model"
    shutil.copytree(RunPaths(base_run).final_model, broken)
    config = broken / "config.json"
    config.write_text(config.read_text().replace('"llama"', '"nonesuch"'))
    done = run_tuner(
        "train",
        laboratory.root / "configs" / "endless.yaml",
        "--backend",
        "cpu",
        "-w",
        laboratory.root,
        "--set",
        f"model.base_model={broken}",
    )
    assert done.returncode == 1
    assert "MODEL_LOAD_FAILED" in done.stderr
    assert "nonesuch" in done.stderr
    assert "hint:" in done.stderr
    assert "Traceback" not in done.stderr
