"""What the screen's threads read: runs of any maker, one of them in full, the marked ones over it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.message import Message

from tests.support.run_builder import build_run, metric_row
from tests.support.waiting import wait_for
from tuiapp.messages import MetricsRead, OverlayRead, RunsListed
from tuiapp.screens.reading import observer as observing
from tuiapp.screens.reading.observer import Observer, most_alive
from tuiapp.screens.reading.watching import keep_watching, touched
from tuiapp.screens.surroundings import Surroundings
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import patch_manifest
from tuner.runs.summary import RunSummary, summarise


def foreign(folder: Path) -> Path:
    folder.mkdir(parents=True)
    append(folder, 1)
    return folder


def append(folder: Path, step: int) -> None:
    with (folder / "trainer_log.jsonl").open("a") as file:
        file.write(json.dumps({"current_steps": step, "total_steps": 9, "loss": 1.0 / step}) + "\n")


def row(run: Path, step: int) -> None:
    with RunPaths(run).metric_files()[-1].open("a") as file:
        file.write(json.dumps(metric_row(step, loss=1.0 / step)) + "\n")


def listed(messages: list[Message]) -> list[RunSummary]:
    found = [m for m in messages if isinstance(m, RunsListed)]
    return list(found[-1].runs) if found else []


def metrics(messages: list[Message]) -> list[tuple[str, int | None]]:
    return [(m.run_id, m.view.last_step) for m in messages if isinstance(m, MetricsRead)]


def overlays(messages: list[Message]) -> list[list[tuple[str, str, int | None]]]:
    return [[(r.run_id, r.label, r.view.last_step) for r in m.runs] for m in messages if isinstance(m, OverlayRead)]


def always() -> bool:
    return True


def test_what_is_read_ahead_is_told_once(workspace: Workspace) -> None:
    run = build_run(workspace.runs, rows=[metric_row(1, loss=1.0)])
    observer = Observer(workspace)
    assert observer.prefetched() == []
    observer.prefetch()
    ahead = observer.prefetched()
    assert [r.id for r in listed(ahead)] == [run.name]
    assert metrics(ahead) == [(run.name, 1)]
    assert observer.prefetched() == [] and observer.look() == []


def test_what_was_read_ahead_and_not_fetched_comes_with_the_first_look(workspace: Workspace) -> None:
    run = build_run(workspace.runs)
    observer = Observer(workspace)
    observer.prefetch()
    assert [r.id for r in listed(observer.look())] == [run.name]
    assert observer.look() == []


def test_an_empty_workspace_is_told_too(workspace: Workspace) -> None:
    messages = Observer(workspace).look()
    assert [type(m) for m in messages] == [RunsListed] and listed(messages) == []


def test_a_folder_of_another_tool_only_is_shown_at_once(workspace: Workspace) -> None:
    folder = foreign(workspace.root / "out")
    observer = Observer(workspace)
    observer.prefetch()
    ahead = observer.prefetched()
    (run,) = listed(ahead)
    assert (run.path, run.source) == (folder, "llama-factory")
    assert metrics(ahead) == [(run.id, 1)]


def test_a_run_of_any_maker_is_watched_by_its_id(workspace: Workspace) -> None:
    folder, ours = foreign(workspace.root / "out"), build_run(workspace.runs, rows=[metric_row(4, loss=1.0)])
    observer = Observer(workspace)
    ids = {r.path: r.id for r in listed(observer.look())}
    assert metrics(observer.watch(ids[folder], always)) == [(ids[folder], 1)]
    append(folder, 2)
    assert metrics(observer.look_at({folder: False})) == [(ids[folder], 2)]
    assert metrics(observer.watch(ours.name, always)) == [(ours.name, 4)]
    append(folder, 3)
    assert metrics(observer.look_at({folder: False})) == []
    assert observer.watch(ids[folder], lambda: False) == []
    assert observer.watch(None, always) == []
    row(ours, 5)
    assert metrics(observer.look_at({ours: False})) == []


def test_rows_alone_do_not_read_the_summary_again(workspace: Workspace) -> None:
    run = build_run(workspace.runs, rows=[metric_row(1, loss=1.0)])
    observer = Observer(workspace)
    observer.look()
    row(run, 2)
    assert observer.look_at({run: False}) == []
    assert listed(observer.look_at({run: True}))[0].metrics["loss"] == 0.5
    new = build_run(workspace.runs)
    assert {r.id for r in listed(observer.look_at({new: False}))} == {run.name, new.name}


def test_a_slow_look_sees_all_that_changed(workspace: Workspace) -> None:
    run = build_run(workspace.runs)
    observer = Observer(workspace)
    posted: list[Message] = []
    first = observer.slow_look(posted.append)
    assert [r.id for r in listed([*posted, *first])] == [run.name]
    new = build_run(workspace.runs)
    seen = [m for _ in range(2) for m in observer.slow_look(posted.append)]
    assert {r.id for r in listed([*posted, *seen])} == {run.name, new.name}
    assert observer.slow_look(posted.append) == []


def test_marked_runs_are_read_on(workspace: Workspace) -> None:
    one, two = (build_run(workspace.runs, name=n, rows=[metric_row(1, loss=1.0)]) for n in ("one", "two"))
    folder = foreign(workspace.root / "mine")
    observer = Observer(workspace)
    ids = {r.path: r.id for r in listed(observer.look())}
    other = ids[folder]
    assert overlays(observer.overlay([two.name, other, "nonesuch"])) == [[(two.name, "two", 1), (other, "mine", 1)]]
    row(two, 2)
    assert overlays(observer.look_at({two: False})) == [[(two.name, "two", 2), (other, "mine", 1)]]
    assert observer.look_at({two: False}) == []
    append(folder, 7)
    assert overlays(observer.overlay([other])) == [[(other, "mine", 7)]]
    row(two, 3)
    row(one, 2)
    assert overlays(observer.look_at({two: False, one: False})) == []
    assert overlays(observer.overlay([])) == [[]]


def test_a_marked_run_that_lives_is_read_at_each_slow_look(workspace: Workspace) -> None:
    run = build_run(workspace.runs, state=RunState.RUNNING, rows=[metric_row(1, loss=1.0)])
    observer = Observer(workspace)
    observer.look()
    observer.overlay([run.name])
    row(run, 2)
    seen = observer.look()
    assert overlays(seen) == [[(run.name, "tools", 2)]]


def test_all_folders_are_watched_while_they_are_few(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = foreign(tmp_path_factory.mktemp("elsewhere") / "far")
    workspace.hidden.mkdir()
    (workspace.hidden / "settings.yaml").write_text(f"sources: [{elsewhere.parent}]\n")
    run, near = build_run(workspace.runs), foreign(workspace.root / "near")
    observer = Observer(workspace)
    observer.look()
    assert observer.places() == (frozenset({run, near, elsewhere}), frozenset({workspace.runs, near, elsewhere}))


def test_of_many_those_are_watched_that_may_change(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observing, "_WATCHED_WHOLE", 3)
    lying, shown, marked, changed = (build_run(workspace.runs, name=n) for n in ("lying", "shown", "marked", "changed"))
    live = build_run(workspace.runs, state=RunState.RUNNING)
    observer = Observer(workspace)
    observer.look()
    observer.watch(shown.name, always)
    observer.overlay([marked.name])
    patch_manifest(changed, {"note": "new"})
    observer.look()
    known, places = observer.places()
    assert known == {lying, shown, marked, changed, live}
    assert places == {shown, marked, changed, live}
    assert observer.live() == [live]


def test_which_run_a_file_belongs_to() -> None:
    runs, far, near = Path("/w/runs"), Path("/far/out"), Path("/w/runs/theirs")
    ours = runs / "20261120-100000-sft-tools-0001"
    known = {ours, far, near}

    def found(*paths: str) -> dict[Path, bool]:
        return touched(runs, known, paths)

    assert found(f"{ours}/state.json") == {ours: True}
    assert found(f"{ours}/logs/training_1.jsonl", f"{ours}/console.log") == {ours: False}
    assert found(f"{ours}/logs/training_1.jsonl", f"{ours}/manifest.json") == {ours: True}
    assert found(f"{ours}/heartbeat") == {}
    assert found(str(ours)) == {ours: True}
    assert found(f"{runs}/20261121-100000-sft-new-0002/state.json") == {runs / "20261121-100000-sft-new-0002": True}
    assert found(f"{far}/checkpoint-1/trainer_state.json", f"{far}/a/b") == {far: False}
    assert found(f"{near}/trainer_log.jsonl") == {near: False}
    assert found("/elsewhere/a", str(runs)) == {}


def test_the_run_to_watch_first(workspace: Workspace) -> None:
    from dataclasses import replace

    run = summarise(build_run(workspace.runs))
    ended, scored = replace(run, id="ended"), replace(run, id="scored", kind="score")
    live, queued = replace(run, id="live", state="running"), replace(run, id="queued", state="queued")
    archived = replace(run, id="archived", archived=True)

    def first(*runs: RunSummary) -> str | None:
        found = most_alive(runs)
        return found.id if found is not None else None

    assert first(archived, scored, ended, queued, live) == "live"
    assert first(ended, queued) == "queued"
    assert first(archived, scored, ended) == "ended"
    assert first(archived) == "archived"
    assert first() is None


@contextmanager
def watching(observer: Observer, posted: list[Message]) -> Iterator[None]:
    stop = threading.Event()
    around = Surroundings.of(observer.workspace.root)
    thread = threading.Thread(target=keep_watching, args=(observer, around, posted.append, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def test_changes_anywhere_are_noticed_as_they_happen(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = foreign(tmp_path_factory.mktemp("elsewhere") / "far")
    workspace.hidden.mkdir()
    (workspace.hidden / "settings.yaml").write_text(f"sources: [{elsewhere.parent}]\n")
    observer, posted = Observer(workspace), list[Message]()
    with watching(observer, posted):
        wait_for(lambda: [r.path for r in listed(posted)] == [elsewhere])
        observer.watch(listed(posted)[0].id, always)
        append(elsewhere, 2)
        wait_for(lambda: (listed(posted)[0].id, 2) in metrics(posted))
        run = build_run(workspace.runs)  # the first of ours: there was no folder to watch until now
        wait_for(lambda: {r.path for r in listed(posted)} == {run, elsewhere})
        patch_manifest(run, {"note": "seen"})
        wait_for(lambda: any(r.note == "seen" for r in listed(posted)))


@pytest.mark.parametrize("error", [OSError(28, "inotify watch limit reached"), RuntimeError("no watcher")])
def test_without_file_events_slow_looks_have_to_do(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refused(*_: object, **__: object) -> Iterator[object]:
        raise error

    monkeypatch.setattr("watchfiles.watch", refused)
    monkeypatch.setattr("tuiapp.screens.reading.watching.SLOW", 0.1)
    build_run(workspace.runs)
    observer, posted = Observer(workspace), list[Message]()
    with watching(observer, posted):
        wait_for(lambda: len(listed(posted)) == 1)
        build_run(workspace.runs)
        wait_for(lambda: len(listed(posted)) == 2)


def test_what_was_deleted_long_ago_goes_when_the_screen_opens(workspace: Workspace) -> None:
    import os
    import time

    from tuner.runs.trash import KEPT_DAYS, discard, trashed

    run = build_run(workspace.runs)
    discard(run, workspace)
    past = time.time() - KEPT_DAYS * 86400 - 60
    os.utime(workspace.hidden / "trash" / run.name, (past, past))
    with watching(Observer(workspace), []):
        wait_for(lambda: trashed(workspace) == [])


def test_a_run_whose_supervisor_died_is_marked_by_who_watches(workspace: Workspace) -> None:
    from tuner.jobs.identity import boot_id, host_name

    gone = {"host": host_name(), "boot_id": boot_id(), "supervisor": {"pid": 2**22 - 1, "started": 1.0}}
    build_run(workspace.runs, state=RunState.RUNNING, state_patch=gone)
    observer, posted = Observer(workspace), list[Message]()
    observer.look()
    with watching(observer, posted):
        wait_for(lambda: [r.state for r in listed(posted)] == ["failed"])


def test_a_look_that_fails_is_not_the_last(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuiapp.screens.reading.watching._EMPTY", 0.05)
    observer, posted = Observer(workspace), list[Message]()
    failing = iter([OSError(5, "Input/output error"), FileNotFoundError(2, "gone")])
    look = observer.slow_look

    def fails_at_first(post: Callable[[Message], object]) -> list[Message]:
        for error in failing:
            raise error
        return look(post)

    monkeypatch.setattr(observer, "slow_look", fails_at_first)
    with watching(observer, posted):
        wait_for(lambda: any(isinstance(m, RunsListed) for m in posted))


def test_a_folder_that_goes_just_when_it_is_watched(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    import watchfiles

    really, gone = watchfiles.watch, iter([FileNotFoundError(2, "gone")])

    def gone_at_first(*paths: str, **options: Any) -> Iterator[object]:
        for error in gone:
            raise error
        return really(*paths, **options)

    monkeypatch.setattr("tuiapp.screens.reading.watching._EMPTY", 0.05)
    monkeypatch.setattr(watchfiles, "watch", gone_at_first)
    run = build_run(workspace.runs)
    observer, posted = Observer(workspace), list[Message]()
    with watching(observer, posted):
        wait_for(lambda: len(listed(posted)) == 1)
        patch_manifest(run, {"note": "seen"})
        wait_for(lambda: any(r.note == "seen" for r in listed(posted)))
