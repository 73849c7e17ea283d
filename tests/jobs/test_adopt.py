"""Other tools' runs become ours: what is known is kept, nothing is invented, and the original stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.foreign_runs import (
    LINEAGE,
    MLX_LINES,
    age,
    event_run,
    hf_trainer_run,
    llama_factory_run,
    mlx_lm_run,
    save_console,
    snapshot,
    synaptic_mlx_run,
    synaptic_run,
)
from tests.support.run_builder import build_run, fill_model
from tuner.config.workspace import Workspace
from tuner.core.errors import ConfigurationError
from tuner.core.states import RunState
from tuner.discovery.read_only import refuse_foreign
from tuner.discovery.references import find_folder, ranked_checkpoints
from tuner.discovery.run_folders import run_folders_in
from tuner.jobs import adopt as adopting
from tuner.jobs.adopt import adopt
from tuner.runs.annotations import annotate
from tuner.runs.checkpoint_marker import is_complete
from tuner.runs.events import read_events
from tuner.runs.layout import RUN_ID, RunPaths
from tuner.runs.manifest_file import read_manifest
from tuner.runs.metric_reader import read_history
from tuner.runs.state_file import read_state
from tuner.runs.summary import summarise


def adopted(workspace: Workspace, run: Path, *, move: bool = False) -> Path:
    return adopt(workspace, find_folder(workspace, str(age(run))), move=move)


def test_what_people_said_of_it_is_said_of_ours(workspace: Workspace) -> None:
    folder = find_folder(workspace, str(age(hf_trainer_run(workspace.root / "out"))))
    annotate(folder, workspace, name="the good one", add_tags=["keep"], note="from last week", pinned=True)
    run = summarise(adopt(workspace, folder))
    assert (run.name, run.tags, run.note, run.pinned) == ("the good one", ["keep"], "from last week", True)
    assert "-the-good-one-" in run.id


def test_checkpoints_metrics_and_facts_of_a_run_that_finished(workspace: Workspace) -> None:
    run = age(synaptic_run(workspace.root, "kto", lineage=LINEAGE))
    before = snapshot(run)
    ours = adopt(workspace, find_folder(workspace, str(run)))
    assert snapshot(run) == before
    assert RUN_ID.fullmatch(ours.name)
    manifest = read_manifest(ours)
    assert manifest["adopted_from"]["path"] == str(run)  # type: ignore[index]
    assert manifest["adopted_from"]["maker"] == "synaptic-tuner"  # type: ignore[index]
    assert (manifest["objective"], manifest["state"], manifest["error"]) == ("kto", "succeeded", None)
    assert manifest["model"] == {"id": "unsloth/Qwen3-4B"}
    assert manifest["recorded"] == {"lineage": LINEAGE}
    assert read_state(ours).state is RunState.SUCCEEDED
    assert read_history(ours).series("loss") == ([50, 100, 150], [2.0, 1.5, 1.25])
    assert [c.info.step for c in ranked_checkpoints(ours)] == [-1, 50, 100]
    assert all(is_complete(c.info.path) for c in ranked_checkpoints(ours))
    assert {a["step"] for a in manifest["artifacts"]} == {-1, 50, 100}  # type: ignore[attr-defined]
    assert [e.type for e in read_events(ours)] == ["adopted"]
    assert summarise(ours).source == "tuner"


def test_files_are_linked_where_they_can_be_and_copied_where_not(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = hf_trainer_run(workspace.root / "trl", (50,))
    weights = run / "checkpoint-50" / "adapter_model.safetensors"
    linked = adopted(workspace, run)
    assert weights.samefile(linked / "checkpoints" / "checkpoint-50" / weights.name)

    def refuse(*_: object) -> None:
        raise OSError("another file system")

    monkeypatch.setattr(adopting.os, "link", refuse)
    copied = adopted(workspace, run) / "checkpoints" / "checkpoint-50" / weights.name
    assert not weights.samefile(copied)
    assert copied.read_bytes() == weights.read_bytes()


def test_a_record_that_proves_no_end_is_failed_and_says_so(workspace: Workspace) -> None:
    run = hf_trainer_run(workspace.root / "trl")
    ours = summarise(adopted(workspace, run))
    assert (ours.state, ours.step) == ("failed", 100)
    assert ours.error is not None
    assert "ends at step 100" in str(ours.error["message"])
    assert (ours.model, ours.dataset, ours.started_at, ours.objective) == (None, None, None, None)
    assert ours.best == {"step": 100, "by": "loss", "value": 1.5}


def test_a_run_without_a_single_step(workspace: Workspace) -> None:
    run = workspace.root / "adapters"
    run.mkdir()
    (run / "adapter_config.json").write_text('{"fine_tune_type": "lora"}', encoding="utf-8")
    ours = adopted(workspace, run)
    assert "before its first step" in str(summarise(ours).error)
    assert read_history(ours).steps == []
    assert not RunPaths(ours).console.exists()


def test_mlx_weights_become_adapter_folders_again_and_the_console_is_kept(workspace: Workspace) -> None:
    run = mlx_lm_run(workspace.root / "adapters", (10, 20))
    log = save_console(run, MLX_LINES)
    ours = adopted(workspace, run)
    assert sorted(p.name for p in (ours / "checkpoints" / "checkpoint-10").iterdir()) == [
        "adapter_config.json",
        "adapters.safetensors",
        "complete.json",
    ]
    assert (ours / "final_model" / "adapters.safetensors").is_file()
    assert RunPaths(ours).console.read_bytes() == log.read_bytes()
    assert read_history(ours).row(10)["gpu_memory_gb"] == 3.21


def test_its_mlx_trainer_and_weights_beside_the_checkpoints(workspace: Workspace) -> None:
    mac = adopted(workspace, synaptic_mlx_run(workspace.root / "mac"))
    assert (mac / "checkpoints" / "checkpoint-5" / "checkpoint_step_5.npz").is_file()
    factory = llama_factory_run(workspace.root / "factory")
    fill_model(factory)
    final = adopted(workspace, factory) / "final_model"
    assert {p.name for p in final.iterdir()} == {"adapter_config.json", "adapter_model.safetensors", "complete.json"}


def test_times_of_rows_are_kept(workspace: Workspace) -> None:
    ours = adopted(workspace, event_run(workspace.root / "tb", {"loss": [(1, 2.0)]}))
    (line,) = RunPaths(ours).metric_files()[0].read_text().splitlines()
    assert json.loads(line) == {"step": 1, "timestamp": "2027-01-15T08:00:01.000Z", "loss": 2.0}
    assert read_history(ours).row(1) == {"timestamp": 1.8e9 + 1, "loss": 2.0}


def test_moved_into_the_new_run(workspace: Workspace) -> None:
    run = hf_trainer_run(workspace.root / "trl")
    (run / "notes.txt").write_text("mine", encoding="utf-8")
    ours = adopted(workspace, run, move=True)
    assert not run.exists()
    assert (ours / "original" / "notes.txt").read_text() == "mine"
    assert [f.id for f in run_folders_in(workspace)] == [ours.name]


def test_an_original_that_cannot_be_moved_is_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = hf_trainer_run(workspace.root / "trl")

    def refuse(*_: object) -> None:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(adopting.shutil, "move", refuse)
    with pytest.raises(ConfigurationError, match="could not be moved"):
        adopted(workspace, run, move=True)
    assert run.is_dir()


def test_what_cannot_be_adopted(workspace: Workspace) -> None:
    ours = build_run(workspace.runs)
    with pytest.raises(ConfigurationError, match="a run of this workspace already"):
        adopt(workspace, find_folder(workspace, ours.name))
    fresh = hf_trainer_run(workspace.root / "fresh")
    with pytest.raises(ConfigurationError, match="may still be training"):
        adopt(workspace, find_folder(workspace, str(fresh)))
    inside = Workspace(hf_trainer_run(workspace.root / "whole"))
    with pytest.raises(ConfigurationError, match="holds the workspace"):
        adopted(inside, inside.root, move=True)


def test_nothing_is_left_behind_where_it_fails(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = hf_trainer_run(workspace.root / "trl")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adopting, "mark_complete", full)
    with pytest.raises(ConfigurationError, match="no space left"):
        adopted(workspace, run)
    assert list(workspace.runs.iterdir()) == []


def test_a_read_only_original(workspace: Workspace) -> None:
    run = age(hf_trainer_run(workspace.root / "trl"))
    folders = [run, *(p for p in run.rglob("*") if p.is_dir())]
    before = snapshot(run)
    for folder in folders:
        folder.chmod(0o555)
    try:
        ours = adopt(workspace, find_folder(workspace, "trl"))
        assert snapshot(run) == before
        assert [c.info.step for c in ranked_checkpoints(ours)] == [50, 100]
        (ours / "checkpoints" / "checkpoint-50" / "note").write_text("the new folders can be written")
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_the_refusal_names_the_way_out(workspace: Workspace, tmp_path: Path) -> None:
    run = hf_trainer_run(workspace.root / "trl")
    folder = find_folder(workspace, "trl")
    for asked in (run, folder):
        with pytest.raises(ConfigurationError, match="made by huggingface and is read-only") as caught:
            refuse_foreign(workspace, asked)
        assert caught.value.hint.endswith(f"tuner runs adopt {folder.id}")
    with pytest.raises(ConfigurationError, match="made by another tool"):
        refuse_foreign(workspace, tmp_path)
    refuse_foreign(workspace, build_run(workspace.runs))
