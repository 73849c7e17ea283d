"""Every run folder of a workspace: ours, other tools' below it, those of its sources; each with an id that stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.foreign_runs import (
    event_run,
    hf_trainer_run,
    llama_factory_run,
    mlx_lm_run,
    ms_swift_run,
    synaptic_mlx_run,
    synaptic_run,
)
from tests.support.run_builder import build_run
from tuner.config.workspace import Workspace
from tuner.core.errors import DiscoveryError
from tuner.discovery.folder_scan import FolderScan
from tuner.discovery.references import find_folder, find_run
from tuner.discovery.run_folders import RunFolder, RunFolders, run_folders_in

OURS = "20261101-100000-sft-tools-00ff"


def sources(folders: list[RunFolder], root: Path) -> dict[str, str]:
    return {f.path.relative_to(root).as_posix(): f.source for f in folders}


def test_ours_first_and_every_maker_by_what_lies_there(workspace: Workspace) -> None:
    root = workspace.root
    build_run(workspace.runs, run_id=OURS)
    hf_trainer_run(root / "out" / "trl")
    llama_factory_run(root / "saves" / "tools")
    ms_swift_run(root / "output")
    mlx_lm_run(root / "adapters")
    synaptic_run(root)
    synaptic_mlx_run(root / "mac")
    event_run(root / "tb", {"loss": [(1, 1.0)]})
    found = run_folders_in(workspace)
    assert found[0] == RunFolder(OURS, workspace.runs / OURS)
    assert found[0].is_ours
    assert not any(f.is_ours for f in found[1:])
    assert sources(found[1:], root) == {
        "Trainers/rtx3090_sft/sft_output_rtx3090/20251122_143000": "synaptic-tuner",
        "adapters": "mlx-lm",
        "mac": "synaptic-tuner",
        "out/trl": "huggingface",
        "output/v0-20251122-143000": "ms-swift",
        "saves/tools": "llama-factory",
        "tb": "tensorboard",
    }


@pytest.mark.parametrize(
    ("files", "maker"),
    [
        (["run/trainer_state.json"], "huggingface"),
        (["run/training_args.bin", "run/adapter_model.safetensors"], "huggingface"),
        (["run/checkpoints/checkpoint-5/trainer_state.json"], "huggingface"),
        (["run/trainer_log.jsonl"], "llama-factory"),
        (["run/logging.jsonl", "run/args.json"], "ms-swift"),
        (["run/logging.jsonl", "run/checkpoint-5/trainer_state.json"], "ms-swift"),
        (["run/training_lineage.json"], "synaptic-tuner"),
        (["run/logs/training_20251122_143000.jsonl"], "synaptic-tuner"),
        (["run/0000100_adapters.safetensors"], "mlx-lm"),
        (["run/mlx/adapters.safetensors", "run/mlx/adapter_config.json"], "mlx-lm"),
        (["run/mlx/adapters.safetensors", "run/adapter_model.safetensors"], None),  # an adapter in both layouts
        (["run/events.out.tfevents.1700000000.host.1.0"], "tensorboard"),
        (["run/training_args.bin"], None),
        (["run/logging.jsonl"], None),
        (["run/checkpoint-5/model.safetensors"], None),
        (["run/adapter_config.json", "run/adapter_model.safetensors"], None),
        (["run/logs/training.jsonl"], None),
        (["run/manifest.json", "run/state.json", "run/trainer_log.jsonl"], None),
    ],
)
def test_a_maker_is_told_by_content(workspace: Workspace, files: list[str], maker: str | None) -> None:
    for name in files:
        path = workspace.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}")
    assert [f.source for f in run_folders_in(workspace)] == ([maker] if maker else [])


@pytest.mark.parametrize(
    ("name", "content", "maker"),
    [
        ("adapter_config.json", '{"fine_tune_type": "lora"}', "mlx-lm"),  # nothing saved yet
        ("adapter_config.json", '{"peft_type": "LORA"}', None),
        ("adapter_config.json", "{", None),
        ("logs/training.jsonl", '{"level": "INFO"}\n', "synaptic-tuner"),
        ("logs/training.jsonl", "[1]\n", None),
    ],
)
def test_where_names_are_not_enough_the_file_is_asked(
    workspace: Workspace, name: str, content: str, maker: str | None
) -> None:
    path = workspace.root / "run" / name
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    assert [f.source for f in run_folders_in(workspace)] == ([maker] if maker else [])


def test_a_run_that_has_only_begun_is_shown_where_its_place_says_what_it_is(workspace: Workspace) -> None:
    (workspace.root / "Trainers" / "kto" / "kto_output" / "20251122_143000").mkdir(parents=True)
    assert [f.source for f in run_folders_in(workspace)] == ["synaptic-tuner"]


def test_a_folder_that_is_itself_a_run_and_what_lies_below_it(tmp_path: Path) -> None:
    hf_trainer_run(tmp_path)
    event_run(tmp_path / "runs" / "host", {"loss": [(1, 1.0)]})  # that run's own
    hf_trainer_run(tmp_path / "second")
    assert sources(run_folders_in(Workspace(tmp_path)), tmp_path) == {".": "huggingface", "second": "huggingface"}


def test_folders_of_event_files_may_hold_others(workspace: Workspace) -> None:
    event_run(workspace.root / "tb", {"loss": [(1, 1.0)]})
    event_run(workspace.root / "tb" / "eval", {"loss": [(1, 1.0)]})
    assert list(sources(run_folders_in(workspace), workspace.root)) == ["tb", "tb/eval"]


def test_an_id_is_the_folders_name_and_stays_when_the_workspace_moves(tmp_path: Path) -> None:
    first = tmp_path / "first"
    hf_trainer_run(first / "My Run!")
    (before,) = run_folders_in(Workspace(first))
    hf_trainer_run(first / "another")
    first.rename(tmp_path / "second")
    after = run_folders_in(Workspace(tmp_path / "second"))
    assert before.id.startswith("my-run-")
    assert before.id in {f.id for f in after}
    assert len({f.id for f in after}) == 2


def test_ids_that_would_be_the_same_are_made_longer(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    class SameStart:
        def __init__(self, data: bytes) -> None:
            self.data = data

        def hexdigest(self) -> str:
            return "abcd" + self.data.hex()

    monkeypatch.setattr("hashlib.sha256", SameStart)
    for parent in ("a", "b"):
        hf_trainer_run(workspace.root / parent / "run")
    hf_trainer_run(workspace.root / "c" / "20261101-100000-sft-tools")
    build_run(workspace.runs, run_id="20261101-100000-sft-tools-abcd")
    ids = [f.id for f in run_folders_in(workspace)]
    assert len(set(ids)) == 4
    assert ids[0] == "20261101-100000-sft-tools-abcd"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("qwen-lora", "qwen-lora"),
        ("qwen/output", "qwen/output"),
        ("qwen/v0-20251122-143000", "qwen/v0-20251122-143000"),
    ],
)
def test_a_name_that_says_nothing_is_shown_with_its_parents(workspace: Workspace, path: str, name: str) -> None:
    hf_trainer_run(workspace.root / path)
    (folder,) = run_folders_in(workspace)
    assert folder.given_name == name
    assert find_folder(workspace, name) == folder


def test_runs_in_sources_and_a_source_that_is_missing(workspace: Workspace, tmp_path: Path) -> None:
    run = hf_trainer_run(tmp_path / "elsewhere" / "trl")
    folders = RunFolders(workspace, [tmp_path / "elsewhere", tmp_path / "missing", workspace.root])
    (found,) = folders.find()
    assert found.path == run
    assert "missing" in folders.diagnostics[0]
    assert "tuner sources remove" in folders.diagnostics[0]


@pytest.mark.parametrize("how", ["id", "start", "end", "path", "relative", "name"])
def test_another_tools_run_is_found_by_id_part_of_it_name_or_path(workspace: Workspace, how: str) -> None:
    run = hf_trainer_run(workspace.root / "out" / "trl")
    build_run(workspace.runs, run_id=OURS)
    folder = run_folders_in(workspace)[1]
    reference = {
        "id": folder.id,
        "start": folder.id[:-1],
        "end": folder.id[-4:],
        "path": str(run),
        "relative": "out/trl",
        "name": "trl",
    }[how]
    assert find_folder(workspace, reference) == folder
    assert find_run(workspace, reference) == run


def test_a_path_relative_to_the_current_folder_and_one_of_ours(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = hf_trainer_run(workspace.root / "out" / "trl")
    ours = build_run(workspace.runs, run_id=OURS)
    monkeypatch.chdir(workspace.root / "out")
    assert find_run(workspace, "./trl") == run
    assert find_folder(workspace, str(ours)).is_ours


def test_a_run_of_ours_with_the_same_name_is_meant(workspace: Workspace) -> None:
    hf_trainer_run(workspace.root / "tools")
    ours = build_run(workspace.runs, run_id=OURS, name="tools")
    assert find_run(workspace, "tools") == ours


def test_no_such_run_anywhere(workspace: Workspace) -> None:
    hf_trainer_run(workspace.root / "trl")
    with pytest.raises(DiscoveryError, match="there is no run"):
        find_run(workspace, "nothing/here")


def test_a_second_look_sees_what_changed_and_lists_nothing_else(tmp_path: Path) -> None:
    scan = FolderScan()
    (tmp_path / "inner").mkdir()
    os.utime(tmp_path, (1e9, 1e9))
    first = scan.names(tmp_path)
    assert scan.names(tmp_path) is first
    (tmp_path / "file").touch()
    assert scan.names(tmp_path) == ({"inner"}, {"file"})
    assert scan.names(tmp_path / "gone") == (set(), set())


def test_looking_again_finds_new_runs_and_forgets_deleted_ones(workspace: Workspace) -> None:
    folders = RunFolders(workspace)
    hf_trainer_run(workspace.root / "a")
    assert [f.path.name for f in folders.find()] == ["a"]
    hf_trainer_run(workspace.root / "b")
    assert [f.path.name for f in folders.find()] == ["a", "b"]
    (workspace.root / "a").rename(workspace.root / ".hidden")
    assert [f.path.name for f in folders.find()] == ["b"]
