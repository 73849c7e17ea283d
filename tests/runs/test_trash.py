"""Deleting runs and bringing them back."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from tests.support.run_builder import build_run
from tuner.config.workspace import Workspace
from tuner.core.errors import ConfigurationError, DiscoveryError, ErrorCode
from tuner.core.states import RunState
from tuner.runs.layout import RunPaths
from tuner.runs.trash import KEPT_DAYS, discard, purge, restore, trashed

WEEK = KEPT_DAYS * 86400.0


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def names(workspace: Workspace) -> list[str]:
    return sorted(p.name for p in workspace.runs.iterdir())


def test_a_deleted_run_comes_back_as_it_was(workspace: Workspace) -> None:
    run = build_run(workspace.runs, rows=[{"step": 1, "loss": 1.0}], checkpoints=[1])
    before = content(run)
    discard(run, workspace)
    assert names(workspace) == []
    assert [p.name for p in trashed(workspace)] == [run.name]
    assert restore(run.name, workspace) == run
    assert content(run) == before
    assert trashed(workspace) == []


def test_now_leaves_nothing(workspace: Workspace) -> None:
    run = build_run(workspace.runs)
    discard(run, workspace, now=True)
    assert list(workspace.runs.iterdir()) == [] and trashed(workspace) == []


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING, RunState.FINALIZING])
@pytest.mark.parametrize("now", [False, True])
def test_a_live_run_stays(workspace: Workspace, state: RunState, now: bool) -> None:
    run = build_run(workspace.runs, state=state, state_patch={"host": "elsewhere"})
    with pytest.raises(ConfigurationError, match=f"is {state.value} on elsewhere") as caught:
        discard(run, workspace, now=now)
    assert "tuner runs cancel" in caught.value.hint
    assert names(workspace) == [run.name]


def test_a_broken_run_can_be_deleted(workspace: Workspace) -> None:
    run = build_run(workspace.runs)
    RunPaths(run).state.write_text("{")
    discard(run, workspace)
    assert names(workspace) == []


def test_other_tools_runs_are_never_touched(workspace: Workspace) -> None:
    for folder in (workspace.root / "out", workspace.runs / "not-ours"):
        folder.mkdir(parents=True)
        with pytest.raises(ConfigurationError, match="another tool's"):
            discard(folder, workspace)
        assert folder.is_dir()


def test_another_disk_is_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def across(self: Path, other: Path) -> Path:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    run = build_run(workspace.runs)
    monkeypatch.setattr(Path, "rename", across)
    with pytest.raises(ConfigurationError, match="another disk") as caught:
        discard(run, workspace)
    assert "--now" in caught.value.hint
    assert run.is_dir()


def test_a_run_that_is_linked_in_is_unlinked(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> None:
    real = build_run(tmp_path_factory.mktemp("elsewhere"))
    workspace.runs.mkdir()
    link = workspace.runs / real.name
    link.symlink_to(real)
    discard(link, workspace, now=True)
    assert names(workspace) == [] and RunPaths(real).manifest.is_file()


def test_what_was_deleted_long_ago_is_removed_by_the_next_delete(workspace: Workspace) -> None:
    old, new, next_ = (build_run(workspace.runs, name=n) for n in ("old", "new", "next"))
    discard(old, workspace)
    discard(new, workspace)
    past = time.time() - WEEK - 60
    os.utime(workspace.hidden / "trash" / old.name, (past, past))
    discard(next_, workspace)
    assert {p.name for p in trashed(workspace)} == {new.name, next_.name}
    assert purge(workspace, older_than=-1) == 2
    assert trashed(workspace) == [] and purge(workspace) == 0


def test_a_removal_that_was_interrupted_is_ended_by_a_later_delete(workspace: Workspace) -> None:
    left, busy, run = (build_run(workspace.runs, name=n) for n in ("left", "busy", "run"))
    left, busy = (path.rename(path.with_name(f".deleted-{path.name}-1")) for path in (left, busy))
    past = time.time() - 7200
    os.utime(left, (past, past))
    discard(run, workspace)
    assert names(workspace) == [busy.name]


def test_a_run_that_cannot_be_removed_stops_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    run = build_run(workspace.runs)
    discard(run, workspace)
    monkeypatch.setattr("shutil.rmtree", refused)
    assert purge(workspace, older_than=-1) == 0
    assert [p.name for p in trashed(workspace)] == [run.name]


def test_the_beginning_or_end_of_an_id_is_enough_where_only_one_fits(workspace: Workspace) -> None:
    one, two = "20261120-100000-sft-tools-0001", "20261121-100000-sft-tools-0002"
    for run_id in (one, two):
        discard(build_run(workspace.runs, run_id=run_id), workspace)
    for reference in ("2026", "", "nonesuch"):
        with pytest.raises(DiscoveryError) as caught:
            restore(reference, workspace)
        assert caught.value.code == ErrorCode.RUN_NOT_FOUND
        assert one in caught.value.hint
    assert restore("0001", workspace).name == one
    assert restore("20261121", workspace).name == two
    with pytest.raises(DiscoveryError, match="no deleted run") as caught:
        restore(one, workspace)
    assert "7 days" in caught.value.hint


def test_a_place_that_is_taken_is_told_both_ways(workspace: Workspace) -> None:
    run = build_run(workspace.runs)
    discard(run, workspace)
    build_run(workspace.runs, run_id=run.name)
    with pytest.raises(ConfigurationError, match="exists"):
        restore(run.name, workspace)
    with pytest.raises(ConfigurationError, match="deleted before"):
        discard(run, workspace)
    assert run.is_dir()


def test_what_the_system_refuses_is_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path, other: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    run = build_run(workspace.runs)
    discard(run, workspace)
    other = build_run(workspace.runs)
    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(ConfigurationError, match="Permission denied"):
        restore(run.name, workspace)
    with pytest.raises(ConfigurationError, match="Permission denied"):
        discard(other, workspace)
