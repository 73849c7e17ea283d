"""The commit of the user's own repository, as each run writes it down."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.fake_trainers import fake_run
from tuner.config.git_commit import git_commit
from tuner.config.workspace import Workspace
from tuner.runs.manifest_file import read_manifest


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    done = subprocess.run(
        ["git", *who, "-C", str(folder), *words], capture_output=True, text=True, check=True, env=clean
    )
    return done.stdout.strip()


@pytest.fixture
def repository(workspace: Workspace) -> Workspace:
    git(workspace.root, "init", "-q", "-b", "trunk")
    (workspace.root / "config.yaml").write_text("objective: sft\n")
    git(workspace.root, "add", "config.yaml")
    return workspace


def test_a_run_knows_the_commit_it_was_started_from(repository: Workspace) -> None:
    git(repository.root, "commit", "-q", "-m", "first")
    head = git(repository.root, "rev-parse", "HEAD")
    assert read_manifest(fake_run(repository, ""))["git"] == {"commit": head, "branch": "trunk", "dirty": False}
    (repository.root / "config.yaml").write_text("objective: kto\n")
    git(repository.root, "checkout", "-q", "--detach")
    assert git_commit(repository.root) == {"commit": head, "branch": None, "dirty": True}


def test_without_a_repository_or_a_commit_there_is_nothing_to_say(repository: Workspace, tmp_path: Path) -> None:
    assert git_commit(repository.root) is None
    assert git_commit(tmp_path / "nowhere") is None
    assert "git" not in read_manifest(fake_run(repository, ""))


def test_without_git_there_is_nothing_to_say(repository: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    git(repository.root, "commit", "-q", "-m", "first")
    monkeypatch.setenv("PATH", "/nowhere")
    assert git_commit(repository.root) is None


def test_no_program_that_a_repository_names_is_started(repository: Workspace, tmp_path: Path) -> None:
    git(repository.root, "commit", "-q", "-m", "first")
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    script.chmod(0o755)
    git(repository.root, "config", "core.fsmonitor", str(script))
    (repository.root / "config.yaml").write_text("objective: dpo\n")
    assert git_commit(repository.root) is not None
    assert not (tmp_path / "started").exists()
