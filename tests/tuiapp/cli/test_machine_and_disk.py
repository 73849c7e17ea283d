"""What the machine lacks or refuses: no CUDA, no training stack, no space, no permission, broken settings."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.support.fake_trainers import TRAINS
from tests.support.pretender import STACK, pretend
from tests.tuiapp.cli.conftest import CommandLine
from tests.tuiapp.cli.test_bad_input import snapshot
from tuner.config.workspace import Workspace


@pytest.fixture
def ready(furnished: Workspace) -> Workspace:
    pretend(furnished, TRAINS)
    return furnished


def test_a_machine_without_cuda(tuner: CommandLine, furnished: Workspace) -> None:
    pretend(furnished, TRAINS, backend="rtx", torch="cpu False")
    error = tuner.error("train", "sft.yaml", "--backend", "rtx", expected=3)
    assert error["code"] == "CUDA_NOT_AVAILABLE"
    assert "--backend cpu" in error["hint"]
    assert not furnished.runs.exists()


def test_a_machine_without_the_training_stack(tuner: CommandLine, furnished: Workspace) -> None:
    pretend(furnished, TRAINS, versions=STACK.replace('"1.16"', "null"))
    error = tuner.error("train", "sft.yaml", "--backend", "cpu", expected=3)
    assert error["code"] == "UNSUPPORTED_BACKEND"
    assert "trl is not installed" in error["message"]
    assert "pip install 'tuner-workbench[train]'" in error["hint"]


def test_a_disk_that_is_full(tuner: CommandLine, ready: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = snapshot(ready)
    monkeypatch.setattr(os, "fsync", full)
    error = tuner.error("train", "sft.yaml", "--backend", "cpu", expected=3)
    assert error["code"] == "DISK_FULL"
    assert snapshot(ready) == before


def test_a_workspace_that_cannot_be_written(tuner: CommandLine, ready: Workspace) -> None:
    ready.runs.write_text("a file where the runs should be")
    error = tuner.error("train", "sft.yaml", "--backend", "cpu", expected=2)
    assert "cannot write" in error["message"]
    assert "--workspace" in error["hint"]
    assert ready.runs.read_text() == "a file where the runs should be"


@pytest.mark.parametrize("what", ["nowhere", "sft.yaml"])
def test_a_workspace_that_is_none(furnished: Workspace, capsys: pytest.CaptureFixture[str], what: str) -> None:
    from tuiapp.cli.main import main

    assert main(["runs", "list", "--workspace", str(furnished.root / what)]) == 2
    assert "workspace" in capsys.readouterr().err


@pytest.mark.parametrize(("error", "code"), [(errno.EACCES, 1), (errno.ENOSPC, 3)])
def test_what_the_system_refuses_elsewhere_is_told_in_words_too(
    tuner: CommandLine, monkeypatch: pytest.MonkeyPatch, error: int, code: int
) -> None:
    def refused(*_: object) -> None:
        raise OSError(error, "refused", "/some/file")

    monkeypatch.setattr("tuiapp.handlers.run_library.LibraryHandler.runs", refused)
    assert tuner.error("runs", "list", expected=code)["message"] == "/some/file: refused"


@pytest.mark.parametrize("text", ["default_backen: cpu", "[", "backends: {cpu: {python: x}}"])
def test_broken_settings_name_their_file(tuner: CommandLine, furnished: Workspace, text: str) -> None:
    path = furnished.hidden / "settings.yaml"
    path.parent.mkdir()
    path.write_text(text)
    assert str(path) in tuner.error("runs", "list", expected=2)["message"]


def test_files_that_are_there_are_not_overwritten(tuner: CommandLine, furnished: Workspace) -> None:
    before = Path(furnished.root / "sft.yaml").read_text()
    error = tuner.error("config", "new", furnished.root / "sft.yaml", "--preset", "cpu/sft-lora", expected=2)
    assert "exists already" in error["message"]
    assert (furnished.root / "sft.yaml").read_text() == before
