"""A model named by its Hub id: downloading is a phase of the run, with the bytes told."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from benchmarks.tiny_model import make_dataset, make_model
from tests.support.hub import hub
from tests.support.processes import none_left
from tests.support.waiting import wait_for
from tuiapp.handlers.context import open_context
from tuiapp.handlers.train import TrainHandler, TrainRequest
from tuner.core.states import RunState
from tuner.jobs.stop import request_cancel
from tuner.jobs.supervisor import IDLE_GRACE
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
def test_a_hub_model_is_downloaded_in_a_phase_that_can_be_cancelled_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model(tmp_path / "remote")
    make_dataset(tmp_path / "train.jsonl", 4)
    hold = threading.Event()
    with none_left(tmp_path), hub("tests/tiny", tmp_path / "remote", hold) as endpoint:
        for name, value in (("HF_ENDPOINT", endpoint), ("HF_HOME", str(tmp_path / "cache")), ("HF_HUB_OFFLINE", "0")):
            monkeypatch.setenv(name, value)
        handler = TrainHandler(open_context(tmp_path))
        stopped = downloading(handler)
        asked = time.monotonic()
        request_cancel(stopped)
        wait_for(lambda: read_state(stopped).state is RunState.CANCELLED, what="the end of the run")
        assert time.monotonic() - asked < IDLE_GRACE  # it went by itself: nobody had to end it
        assert list((tmp_path / "cache").rglob("*.tuner-part")), "what was downloaded is kept"
        run_dir = downloading(handler)
        try:
            told = read_state(run_dir).message
        finally:
            hold.set()
        wait_for(lambda: read_state(run_dir).state not in {RunState.QUEUED, RunState.RUNNING, RunState.FINALIZING})
        assert read_state(run_dir).state is RunState.SUCCEEDED, (run_dir / "console.log").read_text()
    assert told.startswith("downloading tests/tiny: 0.0/6.5 MB")
    model = read_manifest(run_dir)["model"]
    assert isinstance(model, dict)
    assert (model["id"], model["resolved_commit"]) == ("tests/tiny", "0" * 40)


def downloading(handler: TrainHandler) -> Path:
    """A run that has begun to download."""
    run_dir = handler.submit(handler.plan(TrainRequest(CONFIG, "cpu")))
    handler.start(run_dir)
    wait_for(lambda: read_state(run_dir).phase == "downloading", what="the download to begin")
    return run_dir
