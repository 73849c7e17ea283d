"""The index over all runs: what it shows is always what the files say."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.run_builder import build_run, metric_row
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.discovery.run_folders import RunFolder
from tuner.runs import run_index
from tuner.runs.annotations import annotate
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import patch_manifest
from tuner.runs.run_index import RunIndex
from tuner.runs.run_index_place import index_place, is_remote
from tuner.runs.run_index_rows import Row
from tuner.runs.run_index_store import IndexStore
from tuner.runs.state_file import change_state
from tuner.runs.summary import RunSummary


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful of runs is kept in the index already."""
    monkeypatch.setattr(run_index, "FEW", 2)


def runs_of(workspace: Workspace, count: int, **fields: object) -> list[Path]:
    return [
        build_run(
            workspace.runs,
            run_id=f"202611{i // 24 + 10}-{i % 24:02d}0000-sft-tools-{i:04x}",
            manifest={"created": f"2026-11-{i // 24 + 10}T{i % 24:02d}:00:00.000Z"},
            rows=[metric_row(1, loss=float(i))],
            **fields,
        )
        for i in range(count)
    ]


def foreign(folder: Path, rows: int = 2) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps({"current_steps": s + 1, "total_steps": 9, "loss": 1.0}) + "\n" for s in range(rows))
    (folder / "trainer_log.jsonl").write_text(text)
    return folder


def scanned(workspace: Workspace) -> list[RunSummary]:
    index = RunIndex(workspace)
    index.scan()
    index.close()
    return index.runs()


def ids(index: RunIndex) -> list[str]:
    return [r.id for r in index.runs()]


def file_of(workspace: Workspace) -> Path:
    return workspace.hidden / "index.sqlite"


@pytest.mark.usefixtures("_few")
def test_what_was_read_is_there_at_once_the_next_time(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = runs_of(workspace, 5)
    foreign(workspace.root / "out")
    index = RunIndex(workspace)
    assert index.load() == []
    index.scan()
    seen = index.runs()
    assert [r.id for r in seen if r.source == "tuner"] == [r.name for r in reversed(runs)]

    def refused(folder: RunFolder) -> RunSummary:
        raise AssertionError(f"{folder.id} is read again")

    monkeypatch.setattr(run_index, "summarise_folder", refused)
    again = RunIndex(workspace)
    assert again.load() == seen
    assert again.runs()[0].path.is_dir() and isinstance(again.runs()[0].sparkline, tuple)
    again.scan()
    assert again.runs() == seen


def test_a_small_workspace_has_no_index(workspace: Workspace) -> None:
    runs_of(workspace, 3)
    assert len(scanned(workspace)) == 3
    assert not workspace.hidden.exists()
    code = """
import sys
before = set(sys.modules)
from pathlib import Path
from tuner.config.workspace import Workspace
from tuner.runs.run_index import RunIndex
index = RunIndex(Workspace(Path(sys.argv[1])))
index.load(); index.scan(); index.glance()
assert len(index.runs()) == 3
print([name for name in ("sqlite3", "msgspec", "numpy", "textual") if name in sys.modules and name not in before])
"""
    done = subprocess.run([sys.executable, "-c", code, str(workspace.root)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize("look", ["scan", "glance", "look_at"])
def test_changes_are_seen(workspace: Workspace, look: str) -> None:
    runs = runs_of(workspace, 4)
    live = build_run(workspace.runs, run_id="20261201-000000-sft-live-0001", state=RunState.RUNNING)
    index = RunIndex(workspace)
    index.scan()
    before = index.runs()
    change_state(live, RunState.FINALIZING, "nearly")
    new = build_run(workspace.runs, run_id="20261202-000000-sft-new-0001")
    shutil.rmtree(runs[0])
    {"scan": index.scan, "glance": index.glance, "look_at": lambda: index.look_at([live, new, runs[0]])}[look]()
    assert index.runs() is not before
    states = {r.id: r.state for r in index.runs()}
    assert (states[live.name], states[new.name]) == ("finalizing", "succeeded")
    assert runs[0].name not in states
    assert index.folder(new.name) == RunFolder(new.name, new)
    assert index.folder("nonesuch") is None
    kept = RunIndex(workspace)
    assert {r.id for r in kept.load()} == set(states)


def test_nothing_new_is_told_by_the_same_list(workspace: Workspace) -> None:
    runs = runs_of(workspace, 3)
    foreign(workspace.root / "out")
    index = RunIndex(workspace)
    index.scan()
    seen = index.runs()
    index.scan()
    index.glance()
    index.look_at(runs)
    assert index.runs() is seen


@pytest.mark.usefixtures("_few")
def test_what_changed_while_nobody_looked_is_seen(workspace: Workspace) -> None:
    runs = runs_of(workspace, 4)
    scanned(workspace)
    patch_manifest(runs[1], {"note": "later", "name": "renamed"})
    shutil.rmtree(runs[0])
    index = RunIndex(workspace)
    assert len(index.load()) == 4
    index.scan()
    found = {r.id: r for r in index.runs()}
    assert (found[runs[1].name].note, found[runs[1].name].name) == ("later", "renamed")
    assert runs[0].name not in found
    assert len(RunIndex(workspace).load()) == 3


def test_a_run_that_just_changed_is_looked_at_often(workspace: Workspace) -> None:
    run = runs_of(workspace, 3)[1]
    index = RunIndex(workspace)
    index.scan()
    assert index.lively() == [] and index.live() == []
    patch_manifest(run, {"note": "one"})
    index.look_at([run])
    patch_manifest(run, {"note": "two"})
    index.glance()
    assert {r.id: r.note for r in index.runs()}[run.name] == "two"
    assert [f.path for f in index.lively()] == [run]


def test_a_live_run_grows_stale_without_a_change(workspace: Workspace) -> None:
    run = build_run(workspace.runs, state=RunState.RUNNING)
    RunPaths(run).heartbeat.touch()
    index = RunIndex(workspace)
    index.scan()
    assert index.runs()[0].stale_seconds is None
    past = time.time() - 200
    os.utime(RunPaths(run).heartbeat, (past, past))
    index.glance()
    assert index.runs()[0].stale_seconds == 180.0
    assert index.live() == [run]


@pytest.mark.usefixtures("_few")
def test_many_are_shown_as_they_are_read(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_index, "_BATCH_SECONDS", 0.0)
    runs = runs_of(workspace, 6)
    shown: list[list[str]] = []
    index = RunIndex(workspace)
    index.scan(lambda listed: shown.append([r.id for r in listed]))
    newest = [r.name for r in reversed(runs)]
    assert shown[:6] == [newest[: i + 1] for i in range(6)]
    assert shown[-1] == newest


def test_of_many_new_runs_the_newest_come_first(workspace: Workspace) -> None:
    runs = runs_of(workspace, 6)
    index = RunIndex(workspace)
    index.glance(newest=2)
    assert ids(index) == [runs[5].name, runs[4].name]
    index.glance()
    assert len(ids(index)) == 6


def test_other_tools_runs_come_and_go(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    foreign(elsewhere / "far")
    near = foreign(workspace.root / "near")
    index = RunIndex(workspace)
    index.scan()
    assert [r.path for r in index.runs()] == [near]
    workspace.hidden.mkdir(exist_ok=True)
    (workspace.hidden / "settings.yaml").write_text(f"sources: [{elsewhere}, /nonesuch]\n")
    index.scan()
    assert {r.path for r in index.runs()} == {near, elsewhere / "far"}
    assert "/nonesuch" in " ".join(index.diagnostics)
    shutil.rmtree(near)
    index.glance()  # other tools' folders are not looked for in a glance
    index.scan()
    assert [r.path for r in index.runs()] == [elsewhere / "far"]


def test_another_tools_run_is_read_again_when_it_grew(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = foreign(workspace.root / "out", rows=2)
    index = RunIndex(workspace)
    index.scan()
    (run,) = index.runs()
    foreign(folder, rows=5)
    later = time.monotonic() + 3600
    monkeypatch.setattr(time, "monotonic", lambda: later)
    index.look_at([folder])
    assert (run.step, index.runs()[0].step) == (2, 5)


def test_what_is_said_of_runs_is_shown(workspace: Workspace) -> None:
    foreign(workspace.root / "out")
    index = RunIndex(workspace)
    index.scan()
    (run,) = index.runs()
    annotate(RunFolder(run.id, run.path, run.source), workspace, note="good", pinned=True)
    index.glance()
    assert (index.runs()[0].note, index.runs()[0].pinned) == ("good", True)


def test_hostile_texts_are_inert_and_broken_runs_are_shown(workspace: Workspace) -> None:
    evil = "a\x1b[2J\u202eb"
    build_run(workspace.runs, name=evil, manifest={"tags": [evil], "note": f"{evil}\n{evil}", "objective": evil})
    broken = build_run(workspace.runs, run_id="20261201-000000-sft-x-0001")
    RunPaths(broken).manifest.write_text("{")
    found = {r.name: r for r in scanned(workspace)}
    run = found["ab"]
    assert (run.tags, run.note, run.objective) == (["ab"], "ab\nab", "ab")
    assert found[broken.name].error is not None
    assert scanned(workspace)[0].id == broken.name  # it cannot say when it was made, but its id can


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize(
    "harm",
    [
        lambda file: file.write_bytes(b"not a database at all" * 100),
        lambda file: file.write_bytes(file.read_bytes()[:5000]),
        lambda file: file.unlink(),
        lambda file: _execute(file, "PRAGMA user_version=1"),
        lambda file: _execute(file, "ALTER TABLE runs RENAME TO other"),
        lambda file: _execute(file, "UPDATE runs SET packed = x'00'"),
        lambda file: _execute(file, "UPDATE runs SET packed = x'93c0c0c0'"),
        lambda file: _execute(file, "UPDATE runs SET stamp = x'00'"),
    ],
)
def test_an_index_that_is_gone_or_broken_is_made_anew(workspace: Workspace, harm: Callable[[Path], object]) -> None:
    runs_of(workspace, 5)
    seen = scanned(workspace)
    file = file_of(workspace)
    harm(file)
    index = RunIndex(workspace)
    index.load()
    index.scan()
    index.close()
    assert index.runs() == seen
    scanned(workspace)  # whoever comes next finds it mended
    assert RunIndex(workspace).load() == seen


def _execute(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.usefixtures("_few")
def test_without_a_place_to_write_it_works_all_the_same(workspace: Workspace) -> None:
    runs_of(workspace, 5)
    workspace.hidden.write_text("in the way")
    index = RunIndex(workspace)
    assert index.load() == []
    index.scan()
    assert len(index.runs()) == 5
    assert not IndexStore(workspace.hidden / "index.sqlite").is_kept


@pytest.mark.usefixtures("_few")
def test_a_writer_that_keeps_the_index_to_itself_stops_nobody(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuner.runs.run_index_store._PATIENCE", 0.05)
    runs = runs_of(workspace, 5)
    scanned(workspace)
    patch_manifest(runs[0], {"note": "new"})
    other = sqlite3.connect(file_of(workspace), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert {r.id: r.note for r in scanned(workspace)}[runs[0].name] == "new"
    finally:
        other.close()
    assert len(RunIndex(workspace).load()) == 5


@pytest.mark.usefixtures("_few")
def test_several_processes_at_once(workspace: Workspace) -> None:
    runs_of(workspace, 40)
    code = """
import sys
from pathlib import Path
from tuner.config.workspace import Workspace
from tuner.runs import run_index
run_index.FEW = 2
for _ in range(3):
    index = run_index.RunIndex(Workspace(Path(sys.argv[1])))
    index.load()
    index.scan()
    assert len(index.runs()) == 40, len(index.runs())
"""
    others = [subprocess.Popen([sys.executable, "-c", code, str(workspace.root)]) for _ in range(4)]
    assert [other.wait(60) for other in others] == [0] * 4
    assert len(RunIndex(workspace).load()) == 40


def test_several_threads_at_once(workspace: Workspace) -> None:
    runs = runs_of(workspace, 20)
    index = RunIndex(workspace)

    def work(i: int) -> None:
        for _ in range(5):
            (index.scan, index.glance, lambda: index.look_at(runs[:5]), index.runs)[i % 4]()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    index.scan()
    assert len(index.runs()) == 20


MOUNTS = [("/", "ext4"), ("/mnt/share", "nfs4"), ("/mnt/share/local", "ext4"), ("/mnt/sh", "cifs"), ("/usb", "fuseblk")]


@pytest.mark.parametrize(
    ("folder", "remote"),
    [
        ("/home/a", False),
        ("/mnt/share", True),
        ("/mnt/share/a/b", True),
        ("/mnt/share/local/a", False),
        ("/mnt/shared", False),
        ("/mnt/sh/a", True),
        ("/usb/a", False),
    ],
)
def test_which_folders_are_on_another_machine(folder: str, remote: bool) -> None:
    assert is_remote(Path(folder), MOUNTS) is remote


@pytest.mark.parametrize("kind", ["nfs", "smb3", "fuse.sshfs", "9p", "virtiofs"])
def test_there_the_index_lies_with_the_user(tmp_path: Path, kind: str) -> None:
    workspace = Workspace(tmp_path)
    mounts = [("/", "ext4"), (str(tmp_path), kind)]
    assert index_place(workspace, [("/", "ext4")]) == tmp_path / ".tuner" / "index.sqlite"
    place = index_place(workspace, mounts, {"XDG_CACHE_HOME": "/cache", "HOME": "/home/a"})
    assert place.is_relative_to("/cache/tuner") and place.name == "index.sqlite"
    assert index_place(workspace, mounts, {"HOME": "/home/a"}).is_relative_to("/home/a/.cache/tuner")
    assert index_place(workspace, mounts, {"XDG_CACHE_HOME": "odd", "HOME": "/h"}).is_relative_to("/h/.cache/tuner")
    other = index_place(Workspace(tmp_path / "b"), mounts, {"XDG_CACHE_HOME": "/cache"})
    assert other != place


def test_the_system_is_asked_where_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mounts"
    table.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path}/with\\040space nfs rw 0 0\n")
    monkeypatch.setattr("tuner.runs.run_index_place._MOUNTS", table)
    assert is_remote(tmp_path / "with space" / "w")
    assert not is_remote(tmp_path / "without")
    monkeypatch.setattr("tuner.runs.run_index_place._MOUNTS", tmp_path / "nonesuch")
    assert not is_remote(Path("/"))


def test_a_store_that_turns_out_broken_is_given_up(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    row = Row("runs/a", "a", "tuner", b"stamp", b"packed")
    store = IndexStore(file)
    store.save([row])
    assert store.load() == [row]
    store.save((), ["runs/a"])
    assert store.load() == []
    store.close()
    store.close()
    assert (store.load(), store.is_kept) == ([], False)
    store.save([row])
    IndexStore(file).close()
    file.write_bytes(file.read_bytes()[:100] + b"\xff" * 8192)
    broken = IndexStore(file)
    broken.save([row])
    assert broken.load() in ([], [row])
    broken.close()
    mended = IndexStore(file)
    mended.save([row])
    assert mended.load() == [row]
