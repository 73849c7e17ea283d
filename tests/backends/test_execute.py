"""Training in the foreground and detached through a backend, with an interpreter that only pretends to train."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.training import CPUBackend, MacBackend
from backends.training.launching import script_launch
from backends.training.packages import checkout_root, packages_path
from tests.support.fake_trainers import NEVER_ENDS, fake_run
from tests.support.processes import none_left
from tests.support.waiting import wait_for
from tuner.config.workspace import Workspace
from tuner.core import BackendError, ConfigurationError
from tuner.core.states import RunState
from tuner.runs.layout import RunPaths

CONFIG = """
model: {base_model: acme/tiny}
datasets: {training: data/train.jsonl}
schedule: {epochs: 1}
"""


@pytest.fixture(autouse=True)
def _no_process_survives(tmp_path: Path) -> Iterator[None]:
    with none_left(tmp_path):
        yield


@pytest.fixture
def backend(tmp_path: Path) -> CPUBackend:
    path = tmp_path / "Trainers" / "sft" / "configs" / "config.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(CONFIG)
    return CPUBackend(repo_root=tmp_path)


def pretender(folder: Path, code: int) -> str:
    path = folder / "python"
    path.write_text(f'#!/bin/sh\necho "$@"\nexit {code}\n')
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(("code", "expected", "state"), [(0, 0, RunState.SUCCEEDED), (3, 1, RunState.FAILED)])
def test_execute_trains_in_the_foreground(
    backend: CPUBackend, tmp_path: Path, code: int, expected: int, state: RunState
) -> None:
    config = backend.load_config("sft").model_copy(update={"epochs": 2, "learning_rate": 0.5, "batch_size": 3})
    assert backend.execute(config, pretender(tmp_path, code)) == expected
    (run_dir,) = (tmp_path / "runs").iterdir()
    assert backend.query_status(run_dir).state is state
    assert RunPaths(run_dir).console.read_text() == f"-u -m Trainers.sft.train {run_dir}\n"
    payload = json.loads(RunPaths(run_dir).payload.read_bytes())
    assert payload["arguments"]["num_train_epochs"] == 2
    assert payload["arguments"]["learning_rate"] == 0.5
    assert payload["arguments"]["per_device_train_batch_size"] == 3
    assert payload["dataset"]["training"] == str(tmp_path / "data" / "train.jsonl")


def test_execute_refuses_what_the_backend_cannot_do(backend: CPUBackend, tmp_path: Path) -> None:
    config = backend.load_config("sft").model_copy(update={"model_name": ""})
    with pytest.raises(BackendError, match=r"model\.base_model: is required"):
        backend.execute(config, pretender(tmp_path, 0))
    assert not (tmp_path / "runs").exists()


def test_execute_refuses_a_configuration_that_was_broken_meanwhile(backend: CPUBackend, tmp_path: Path) -> None:
    config = backend.load_config("sft")
    config.config_path.write_text("schedule: {epochs: 99}")
    with pytest.raises(ConfigurationError, match="not a valid configuration"):
        backend.execute(config, pretender(tmp_path, 0))


def test_execute_of_mlx_hands_over_its_own_terms(tmp_path: Path) -> None:
    backend = MacBackend(repo_root=tmp_path)
    config = MacBackend().load_config("mlx")
    path = tmp_path / "Trainers" / "mlx" / "configs" / "config.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(config.config_path.read_bytes())
    config = backend.load_config("mlx").model_copy(update={"batch_size": 3})
    assert backend.execute(config, pretender(tmp_path, 0)) == 0
    (run_dir,) = (tmp_path / "runs").iterdir()
    assert RunPaths(run_dir).console.read_text() == f"-u -m Trainers.mlx.train {run_dir}\n"
    payload = json.loads(RunPaths(run_dir).payload.read_bytes())
    assert (payload["trainer"], payload["arguments"]["batch_size"], payload["schedule"]["peak"]) == ("mlx", 3, 1e-6)


def test_detached_training_can_be_watched_and_cancelled(workspace: Workspace) -> None:
    backend = CPUBackend(repo_root=workspace.root)
    run_dir = fake_run(workspace, NEVER_ENDS)
    assert backend.start_training(run_dir) > 0
    wait_for((run_dir / "started").exists)
    assert backend.query_status(run_dir).state is RunState.RUNNING
    backend.cancel(run_dir)
    wait_for(lambda: backend.query_status(run_dir).state is RunState.CANCELLED)


def test_the_launch_names_secrets_and_holds_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_CANARY0123456789")
    plan = script_launch("Trainers.sft.train", tmp_path / "runs" / "a", sys.executable)
    assert "HF_TOKEN" in plan.passed_on
    assert "CANARY" not in plan.model_dump_json()
    assert plan.environment["PYTHONSAFEPATH"] == "1"


def test_in_a_checkout_the_trainer_sees_the_checkout(tmp_path: Path) -> None:
    root = checkout_root()
    assert root is not None
    assert packages_path(tmp_path) == root
    assert list(tmp_path.iterdir()) == []


def test_of_an_installed_program_the_trainer_sees_our_packages_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backends.training.packages.checkout_root", lambda: None)
    folder = packages_path(tmp_path)
    assert packages_path(tmp_path) == folder, "made once"
    assert sorted(p.name for p in folder.iterdir()) == ["Trainers", "tuner"]
    assert (folder / "tuner" / "version.py").is_file()
    assert (folder / "Trainers" / "sft" / "train.py").is_file()


def test_a_package_without_a_home_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backends.training.packages.checkout_root", lambda: None)
    monkeypatch.setattr("backends.training.packages.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="tuner"):
        packages_path(tmp_path)
