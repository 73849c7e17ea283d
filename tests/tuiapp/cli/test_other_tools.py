"""`tuner sources …`, `tuner runs adopt`, and what every command says of another tool's run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.foreign_runs import (
    MLX_LINES,
    age,
    hf_trainer_run,
    llama_factory_run,
    mlx_lm_run,
    save_console,
    snapshot,
)
from tests.support.run_builder import build_run
from tuiapp.cli.main import main
from tuner.config.workspace import Workspace
from tuner.discovery.references import find_folder

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    age(hf_trainer_run(tmp_path / "elsewhere" / "trl"))
    age(llama_factory_run(tmp_path / "elsewhere" / "tools"))
    return tmp_path / "elsewhere"


def told(capture: Capture, workspace: Workspace, *words: object, code: int = 0) -> str:
    assert main([*map(str, words), "--workspace", str(workspace.root)]) == code
    captured = capture.readouterr()
    return captured.out + captured.err


def document(capture: Capture, workspace: Workspace, *words: object) -> object:
    return json.loads(told(capture, workspace, *words, "--json"))


def test_sources_are_listed_added_and_removed(workspace: Workspace, elsewhere: Path, capsys: Capture) -> None:
    assert "tuner sources add DIR" in told(capsys, workspace, "sources", "list")
    expected = [{"path": str(elsewhere), "exists": True, "runs": 2}]
    assert document(capsys, workspace, "sources", "add", elsewhere) == expected
    assert str(elsewhere) in told(capsys, workspace, "sources", "list")
    elsewhere.rename(elsewhere.with_name("gone"))
    assert "not there" in told(capsys, workspace, "sources", "list")
    assert document(capsys, workspace, "sources", "remove", elsewhere) == []
    assert "is no source" in told(capsys, workspace, "sources", "remove", elsewhere, code=2)


def test_a_run_of_a_source_is_shown_and_adopted(workspace: Workspace, elsewhere: Path, capsys: Capture) -> None:
    told(capsys, workspace, "sources", "add", elsewhere)
    before = snapshot(elsewhere)
    assert "eval_loss" in told(capsys, workspace, "checkpoints", "list", "tools")
    assert "1.5" in told(capsys, workspace, "runs", "metrics", "trl")
    best = document(capsys, workspace, "checkpoints", "best", "tools")
    listed = document(capsys, workspace, "checkpoints", "list", "tools")
    assert isinstance(best, dict)
    assert isinstance(listed, list)
    assert {best["run_id"], *(c["run_id"] for c in listed)} == {find_folder(workspace, str(elsewhere / "tools")).id}
    said = told(capsys, workspace, "runs", "adopt", "tools")
    run_id = said.splitlines()[0]
    assert f"tuner checkpoints list {run_id}" in said
    assert (workspace.runs / run_id / "manifest.json").is_file()
    summary = document(capsys, workspace, "runs", "adopt", find_folder(workspace, str(elsewhere / "trl")).id)
    assert isinstance(summary, dict)
    assert (summary["source"], summary["name"]) == ("tuner", "trl")
    assert snapshot(elsewhere) == before


def test_the_move_takes_the_original_along(workspace: Workspace, elsewhere: Path, capsys: Capture) -> None:
    told(capsys, workspace, "sources", "add", elsewhere)
    run_id = told(capsys, workspace, "runs", "adopt", "trl", "--move").splitlines()[0]
    assert (workspace.runs / run_id / "original" / "checkpoint-50").is_dir()
    assert not (elsewhere / "trl").exists()


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("runs", "cancel"), "tuner runs adopt trl-"),
        (("upload",), "tuner runs adopt trl-"),
        (("runs", "delete"), "remove the folder yourself"),
    ],
)
def test_what_would_write_is_refused(
    workspace: Workspace, elsewhere: Path, capsys: Capture, words: tuple[str, ...], hint: str
) -> None:
    told(capsys, workspace, "sources", "add", elsewhere)
    before = snapshot(elsewhere)
    said = told(capsys, workspace, *words, "trl", code=2)
    assert hint in said
    assert snapshot(elsewhere) == before


def test_a_run_of_ours_cannot_be_adopted(workspace: Workspace, capsys: Capture) -> None:
    run = build_run(workspace.runs)
    assert "already" in told(capsys, workspace, "runs", "adopt", run.name, code=2)


def test_it_is_shown_and_its_console_printed(workspace: Workspace, capsys: Capture) -> None:
    run = mlx_lm_run(workspace.root / "adapters")
    save_console(run, MLX_LINES)
    said = told(capsys, workspace, "runs", "show", "adapters")
    assert "recorded" in said
    assert str(run) in said
    shown = document(capsys, workspace, "runs", "show", str(run))
    assert isinstance(shown, dict)
    assert (shown["source"], shown["objective"]) == ("mlx-lm", "sft")
    assert "Saved final weights" in told(capsys, workspace, "runs", "logs", "adapters")
    listed = document(capsys, workspace, "runs", "list")
    assert isinstance(listed, list)
    assert [r["source"] for r in listed] == ["mlx-lm"]
