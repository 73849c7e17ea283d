"""Tags, notes, names, pins: in the manifest of our runs, beside those of other tools."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.run_builder import build_run
from tuner.config.workspace import Workspace
from tuner.core.errors import ConfigurationError, ErrorCode
from tuner.discovery.run_folders import RunFolder
from tuner.discovery.summaries import summarise_folder
from tuner.runs.annotations import Annotations, annotate
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest
from tuner.runs.summary import RunSummary


def ours(workspace: Workspace, **fields: object) -> RunFolder:
    path = build_run(workspace.runs, **fields)
    return RunFolder(path.name, path)


def foreign(folder: Path) -> RunFolder:
    folder.mkdir(parents=True)
    rows = [{"current_steps": s, "total_steps": 2, "loss": 1.0 / s} for s in (1, 2)]
    (folder / "trainer_log.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    return RunFolder("out-0a1b", folder, "llama-factory")


def seen(folder: RunFolder, workspace: Workspace) -> RunSummary:
    annotations = Annotations(workspace)
    annotations.refresh()
    return annotations.put_on(summarise_folder(folder))


@pytest.mark.parametrize("kind", ["ours", "below", "elsewhere"])
def test_everything_that_can_be_said_of_a_run(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory, kind: str
) -> None:
    below = workspace.root / "out" if kind == "below" else tmp_path_factory.mktemp("elsewhere") / "out"
    folder = ours(workspace) if kind == "ours" else foreign(below)
    before = {p: p.read_bytes() for p in folder.path.rglob("*") if p.is_file()}
    annotate(
        folder, workspace, tags=["b", "a", "b"], note="two\nlines\x1b[2J", pinned=True, archived=True, name="best one"
    )
    annotate(folder, workspace, add_tags=["c"], remove_tags=["B", "z"])
    run = seen(folder, workspace)
    assert (run.tags, run.note, run.pinned, run.archived) == (["a", "c"], "two\nlines", True, True)
    assert run.name == "best one"
    annotate(folder, workspace, note="", pinned=False, archived=False, tags=[])
    run = seen(folder, workspace)
    assert (run.tags, run.note, run.pinned, run.archived, run.name) == ([], "", False, False, "best one")
    if kind == "ours":
        assert not workspace.hidden.exists()
    else:
        assert {p: p.read_bytes() for p in folder.path.rglob("*") if p.is_file()} == before


def test_notes_on_other_tools_runs_move_with_the_workspace(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = foreign(workspace.root / "out")
    annotate(folder, workspace, note="kept")
    moved = Workspace(tmp_path_factory.mktemp("moved") / "w")
    workspace.root.rename(moved.root)
    assert seen(RunFolder(folder.id, moved.root / "out", folder.source), moved).note == "kept"


def test_a_change_keeps_the_rest_of_the_manifest(workspace: Workspace) -> None:
    folder = ours(workspace, manifest={"results": {"steps": 3}})
    before = read_manifest(folder.path)
    annotate(folder, workspace, pinned=True)
    assert read_manifest(folder.path) == {**before, "pinned": True}


@pytest.mark.parametrize("kind", ["ours", "foreign"])
def test_several_at_once_lose_nothing(workspace: Workspace, kind: str) -> None:
    folder = ours(workspace) if kind == "ours" else foreign(workspace.root / "out")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: annotate(folder, workspace, add_tags=[f"t{i}"]), range(24)))
    assert sorted(seen(folder, workspace).tags) == sorted(f"t{i}" for i in range(24))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": ""}, "name cannot be empty"),
        ({"name": " \x1b[2J "}, "name cannot be empty"),
        ({"name": "a\nb"}, "name is one line"),
        ({"add_tags": ["x" * 61]}, "a tag of 61 letters"),
        ({"tags": ["a", ""]}, "tag cannot be empty"),
        ({"note": "x" * 10_001}, "a note of 10001 letters"),
    ],
)
def test_what_cannot_be_said_is_refused_and_changes_nothing(
    workspace: Workspace, change: dict[str, object], told: str
) -> None:
    folder = ours(workspace)
    before = read_manifest(folder.path)
    with pytest.raises(ConfigurationError, match=told) as caught:
        annotate(folder, workspace, **change)  # type: ignore[arg-type]
    assert caught.value.hint
    assert read_manifest(folder.path) == before


def test_a_manifest_that_cannot_be_read_is_not_overwritten(workspace: Workspace) -> None:
    folder = ours(workspace)
    RunPaths(folder.path).manifest.write_text("{torn")
    with pytest.raises(ConfigurationError, match="not valid JSON"):
        annotate(folder, workspace, pinned=True)
    assert RunPaths(folder.path).manifest.read_text() == "{torn"


def test_broken_notes_are_as_if_empty_and_are_not_overwritten(workspace: Workspace) -> None:
    folder = foreign(workspace.root / "out")
    annotate(folder, workspace, pinned=True)
    file = workspace.hidden / "annotations.json"
    file.write_text("[1]")
    assert not seen(folder, workspace).pinned
    with pytest.raises(ConfigurationError, match="expected a JSON object") as caught:
        annotate(folder, workspace, pinned=True)
    assert "annotations.json" in caught.value.hint
    assert file.read_text() == "[1]"
    for odd in ('{"runs": 3}', '{"runs": {"out": 3}}', '{"runs": {"out": {"tags": 3, "note": 3, "name": 3}}}'):
        file.write_text(odd)
        assert seen(folder, workspace) == summarise_folder(folder)


def test_the_file_is_read_again_only_when_it_changed(workspace: Workspace) -> None:
    folder = foreign(workspace.root / "out")
    annotations = Annotations(workspace)
    assert not annotations.refresh()
    annotate(folder, workspace, pinned=True)
    assert annotations.refresh() and not annotations.refresh()
    (workspace.hidden / "annotations.json").unlink()
    assert annotations.refresh()
    assert not annotations.put_on(summarise_folder(folder)).pinned


def test_a_full_disk_is_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    folder = ours(workspace)
    monkeypatch.setattr("tuner.runs.annotations.write_json", full)
    with pytest.raises(ConfigurationError, match="no space left") as caught:
        annotate(folder, workspace, pinned=True)
    assert caught.value.code == ErrorCode.DISK_FULL
