"""What is asked of the backend's interpreter for loss masks, and how it ends where nobody waits any more."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tuiapp.handlers.context import Context
from tuiapp.handlers.loss_masks import loss_masks
from tuner.config.settings import load_settings
from tuner.config.workspace import Workspace
from tuner.core.errors import BackendError
from tuner.core.registry import TrainingBackendRegistry


@pytest.fixture
def model(tmp_path: Path) -> str:
    folder = tmp_path / "model"
    folder.mkdir()
    return str(folder)


def context(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, script: str) -> Context:
    """Its cpu backend's interpreter is a shell script."""
    python = workspace.root / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    monkeypatch.setenv("TUNER_BACKENDS__CPU__PYTHON_PATH", str(python))
    return Context(workspace, load_settings(workspace), TrainingBackendRegistry())


@pytest.mark.parametrize(
    ("named", "path", "offline"), [("rows.jsonl", "{cwd}/rows.jsonl", "1"), ("hub:org/rows", "hub:org/rows", "")]
)
def test_a_dataset_of_the_hub_keeps_its_name_and_may_be_fetched(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, model: str, named: str, path: str, offline: str
) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    asked = context(workspace, monkeypatch, 'cat > asked.json; echo "$HF_HUB_OFFLINE" > offline; echo \'{"rows": []}\'')
    monkeypatch.chdir(workspace.root)
    assert loss_masks(asked, Path(named), model=model, objective="sft", backend="cpu") == []
    request = json.loads((workspace.root / "asked.json").read_text())
    assert request["path"] == path.format(cwd=workspace.root)
    assert (workspace.root / "offline").read_text().strip() == offline


def test_what_nobody_waits_for_is_ended(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    begun = workspace.root / "begun"
    asked = context(workspace, monkeypatch, f"echo $$ > {begun}.new; mv {begun}.new {begun}; exec sleep 60")
    began = time.monotonic()
    with pytest.raises(BackendError, match="given up"):
        loss_masks(asked, Path("rows.jsonl"), model=model, objective="sft", backend="cpu", given_up=begun.exists)
    assert time.monotonic() - began < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)
