"""tuner train, with an interpreter that only pretends to train."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from backends.training.cpu import CPUBackend
from tests.support.command_line import start_tuner
from tests.support.fake_trainers import TRAINS
from tests.support.pretender import pretend
from tests.support.waiting import wait_for
from tests.tuiapp.cli.conftest import CommandLine
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest
from tuner.runs.state_file import read_state

RUN_KEYS = {
    *("id", "name", "kind", "source", "state", "objective", "method", "backend", "model", "dataset"),
    *("created_at", "started_at", "finished_at", "phase", "step", "total_steps", "progress", "eta_seconds"),
    *("metrics", "best", "error", "parent", "tags", "path"),
}

UNTIL_TOLD = 'while not (run_dir / "go").exists():\n    time.sleep(0.02)\n'


@pytest.fixture
def config(furnished: Workspace) -> Path:
    pretend(furnished, TRAINS)
    return furnished.root / "sft.yaml"


def test_a_run_followed_to_its_end(tuner: CommandLine, config: Path) -> None:
    found = tuner.json("train", config, "--backend", "cpu", "--name", "mine", "--tag", "a", "--tag", "b")
    assert found.keys() >= RUN_KEYS | {"run_id"}
    assert (found["run_id"], found["state"], found["name"], found["tags"]) == (
        found["id"],
        "succeeded",
        "mine",
        ["a", "b"],
    )
    assert (found["objective"], found["method"], found["backend"]) == ("sft", "lora", "cpu")
    assert found["metrics"]["loss"] == 0.0
    assert found["best"] == {"step": 2, "by": "eval_loss", "value": 1.0}
    run_dir = Path(found["path"])
    assert RunPaths(run_dir).job.read_text() == config.read_text(), "the user's own text, with its comments"
    assert read_manifest(run_dir)["dataset"]["rows"] == 10  # type: ignore[index,call-overload]  # a JSON object


def test_people_are_told_in_words(tuner: CommandLine, config: Path) -> None:
    done = tuner("train", config, "--backend", "cpu")
    assert done.code == 0
    assert done.out.strip() == next(tuner.workspace.runs.iterdir()).name
    assert "succeeded: best is checkpoint-2 by eval_loss (1)" in done.err


def test_values_set_on_the_command_line_rule(tuner: CommandLine, config: Path) -> None:
    found = tuner.json("train", config, "--set", "schedule.epochs=2", "--set", "optimizer.lr=0.5", "--backend", "cpu")
    run_dir = Path(found["path"])
    arguments = json.loads(RunPaths(run_dir).payload.read_bytes())["arguments"]
    assert (arguments["num_train_epochs"], arguments["learning_rate"]) == (2, 0.5)
    assert "epochs: 2" in RunPaths(run_dir).job.read_text()


def test_a_run_that_fails_exits_1_with_reason_and_hint(tuner: CommandLine, config: Path) -> None:
    pretend_again(tuner.workspace, 'print("boom")\nsys.exit(3)')
    done = tuner("train", config, "--backend", "cpu")
    assert done.code == 1
    assert "failed: the trainer ended with exit code 3; last lines: boom [TRAINER_CRASHED]" in done.err
    assert "hint:" in done.err
    assert tuner.json("train", config, "--backend", "cpu", expected=1)["error"]["code"] == "TRAINER_CRASHED"


def test_detached_it_returns_at_once_and_is_waited_for(tuner: CommandLine, config: Path) -> None:
    pretend_again(tuner.workspace, UNTIL_TOLD + TRAINS)
    found = tuner.json("train", config, "--backend", "cpu", "--detach")
    assert found.keys() >= RUN_KEYS | {"run_id"}
    assert found["state"] in {"queued", "running"}
    assert tuner.json("runs", "wait", found["run_id"], "--timeout", "0", expected=1)["state"] in {"queued", "running"}
    (Path(found["path"]) / "go").touch()
    assert tuner.json("runs", "wait", found["run_id"])["state"] == "succeeded"
    done = tuner("train", config, "--backend", "cpu", "--detach")
    assert (done.code, done.out.strip() in done.err) == (0, True)
    assert "tuner runs logs" in done.err
    tuner("runs", "cancel", done.out.strip())


def test_a_dry_run_writes_nothing(tuner: CommandLine, config: Path) -> None:
    before = sorted(tuner.workspace.root.rglob("*"))
    found = tuner.json("train", config, "--backend", "cpu", "--dry-run")
    assert found.keys() >= {"issues", "payload", "estimate", "argv"}
    assert found["argv"][1:4] == ["-u", "-m", "Trainers.sft.train"]
    assert found["payload"]["dataset"]["training"] == str(tuner.workspace.root / "data" / "train.jsonl")
    assert found["estimate"]["steps"] == 4
    done = tuner("train", config, "--backend", "cpu", "--dry-run")
    assert done.code == 0
    assert "Trainers.sft.train" in done.out and "steps     4" in done.out
    assert sorted(tuner.workspace.root.rglob("*")) == before


def test_a_dry_run_says_what_this_machine_lacks(
    tuner: CommandLine, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("train", config, "--backend", "cpu", "--dry-run")
    assert tuner.json(*words)["lacking"] is None
    monkeypatch.setattr(CPUBackend, "validate_environment", lambda *_: (False, "torch is missing. Install it"))
    lacking = tuner.json(*words)["lacking"]
    assert (lacking["code"], lacking["hint"]) == ("UNSUPPORTED_BACKEND", "Install it")
    done = tuner(*words)
    assert done.code == 0
    assert "not on this machine: the cpu backend cannot train here: torch is missing" in done.err


def test_a_dry_run_of_a_broken_configuration_lists_what_is_wrong(tuner: CommandLine, config: Path) -> None:
    words = ("train", config, "--backend", "cpu", "--dry-run", "--set", "schedule.epochs=99")
    found = tuner.json(*words, expected=2)
    assert (found["payload"], found["argv"]) == (None, None)
    assert [(i["path"], i["code"]) for i in found["issues"]] == [("schedule.epochs", "OUT_OF_RANGE")]
    assert "schedule.epochs" in tuner(*words).err


def test_rows_that_cannot_be_used_need_a_yes(tuner: CommandLine, config: Path) -> None:
    words = ("train", config, "--backend", "cpu", "--set", "datasets.training=data/holes.jsonl")
    refused = tuner(*words)
    assert refused.code == 2
    for number in (3, 4, 5, 6):
        assert f"line {number}: " in refused.err
    assert "4 of 14 rows" in refused.err
    assert "--accept ROWS_SKIPPED" in refused.err
    assert not tuner.workspace.runs.exists() or list(tuner.workspace.runs.iterdir()) == []
    assert tuner.error(*words, expected=2)["message"].startswith("datasets.training: 4 of 14 rows cannot be used")
    assert tuner.error(*words, "--accept", "SOMETHING_ELSE", expected=2)
    for yes in ("ROWS_SKIPPED", "all"):
        found = tuner.json(*words, "--accept", yes)
        assert found["state"] == "succeeded"
        (accepted,) = read_manifest(Path(found["path"]))["accepted_warnings"]  # type: ignore[misc]  # a JSON list
        assert "4 of 14 rows" in accepted


def test_ctrl_c_leaves_the_run_going_and_says_how_to_come_back(tuner: CommandLine, config: Path) -> None:
    pretend_again(tuner.workspace, UNTIL_TOLD + TRAINS)
    process = start_tuner("train", config, "--backend", "cpu", "-w", tuner.workspace.root)
    (run_dir,) = wait_for(lambda: list(tuner.workspace.runs.glob("2*")) if tuner.workspace.runs.exists() else [])
    wait_for(lambda: read_state(run_dir).trainer)
    assert process.stderr is not None
    said = process.stderr.readline()  # it follows by now
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert f"tuner runs wait {run_dir.name}" in said + err
    assert f"tuner runs cancel {run_dir.name}" in err
    assert "Traceback" not in err
    assert read_state(run_dir).state is RunState.RUNNING
    (run_dir / "go").touch()
    wait_for(lambda: read_state(run_dir).state is RunState.SUCCEEDED)


def test_no_secret_of_the_environment_reaches_any_file(
    tuner: CommandLine, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "hf_CANARY0123456789"
    monkeypatch.setenv("HF_TOKEN", canary)
    done = tuner("train", config, "--backend", "cpu")
    assert canary not in done.out + done.err
    for path in tuner.workspace.root.rglob("*"):
        assert not path.is_file() or canary.encode() not in path.read_bytes(), path


def test_a_preset_brings_its_backend(tuner: CommandLine, furnished: Workspace) -> None:
    pretend(furnished, TRAINS, backend="rtx", torch="12.8 False")
    error = tuner.error(
        "train",
        "rtx/sft-lora-8b",
        "--set",
        "model.base_model=models/tiny",
        "--accept",
        "all",
        expected=3,
    )
    assert error["code"] == "CUDA_NOT_AVAILABLE"
    assert "the rtx backend cannot train here" in error["message"]
    assert "nvidia-smi" in error["hint"]
    assert not furnished.runs.exists()


def pretend_again(workspace: Workspace, code: str) -> None:
    """Give the pretending interpreter another trainer."""
    (workspace.hidden / "settings.yaml").unlink()
    pretend(workspace, code)
