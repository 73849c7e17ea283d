"""A model named by its Hub id: downloading is a phase of the run, with the bytes told."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from benchmarks.tiny_model import make_dataset, make_model
from tests.support.hub import hub
from tests.support.processes import none_left
from tests.support.waiting import wait_for
from tuiapp.handlers.context import open_context
from tuiapp.handlers.train import TrainHandler, TrainRequest
from tuner.core.states import RunState
from tuner.runs.manifest_file import read_manifest
from tuner.runs.state_file import read_state

CONFIG = """
objective: sft
model: {base_model: tests/tiny}
datasets: {training: train.jsonl, validation_fraction: 0.0}
method: {type: lora, lora: {rank: 2}}
schedule: {max_steps: 1, batch_size: 1, sequence_length: 512, checkpoints: 0, evaluations: 0}
"""


@pytest.mark.training
def test_a_hub_model_is_downloaded_in_a_phase_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_model(tmp_path / "remote")
    make_dataset(tmp_path / "train.jsonl", 4)
    hold = threading.Event()
    with none_left(tmp_path), hub("tests/tiny", tmp_path / "remote", hold) as endpoint:
        for name, value in (("HF_ENDPOINT", endpoint), ("HF_HOME", str(tmp_path / "cache")), ("HF_HUB_OFFLINE", "0")):
            monkeypatch.setenv(name, value)
        handler = TrainHandler(open_context(tmp_path))
        run_dir = handler.submit(handler.plan(TrainRequest(CONFIG, "cpu")))
        handler.start(run_dir)
        try:
            wait_for(lambda: read_state(run_dir).phase == "downloading", what="the download to begin")
            told = wait_for(lambda: (read_state(run_dir).progress or 0) > 0 and read_state(run_dir).message)
        finally:
            hold.set()
        wait_for(lambda: read_state(run_dir).state not in {RunState.QUEUED, RunState.RUNNING, RunState.FINALIZING})
        assert read_state(run_dir).state is RunState.SUCCEEDED, (run_dir / "console.log").read_text()
    assert "downloading tests/tiny" in str(told)
    model = read_manifest(run_dir)["model"]
    assert isinstance(model, dict)
    assert (model["id"], model["resolved_commit"]) == ("tests/tiny", "0" * 40)
