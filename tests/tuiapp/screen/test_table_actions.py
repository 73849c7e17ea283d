"""What is done to runs from the table: told on the screen, and there on the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.run_builder import build_run
from tests.tuiapp.screen.support import SMALL, WIDE, add_sft, double_click, make_app, settled, shown, text_of, until
from tuiapp.app import TunerApp
from tuiapp.screens.ask_line import AskLineScreen
from tuiapp.screens.choose_columns import ColumnList, ColumnsScreen
from tuiapp.screens.confirm import ConfirmScreen
from tuiapp.widgets.run_table.query_field import QueryField
from tuiapp.widgets.run_table.table import RunTable
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.runs.manifest_file import read_manifest


@pytest.fixture
def three(workspace: Workspace) -> list[Path]:
    """Three ended runs, newest first, without checkpoints."""
    return [
        build_run(workspace.runs, run_id=f"20261120-10000{i}-sft-{name}-000{i}", name=name, state=state)
        for i, name, state in (
            (3, "gamma", RunState.SUCCEEDED),
            (2, "beta", RunState.FAILED),
            (1, "alpha", RunState.CANCELLED),
        )
    ]


def table_of(app: TunerApp) -> RunTable:
    [screen] = [s for s in app.screen_stack if s.query(RunTable)]
    return screen.query_one(RunTable)


def listed(app: TunerApp) -> list[str]:
    """The names in the table, in their order."""
    return [w for line in text_of(table_of(app)).split("\n") for w in line.split() if w in {"alpha", "beta", "gamma"}]


def value(run: Path, key: str) -> object:
    return read_manifest(run).get(key)


async def test_pinning_and_letting_go(workspace: Workspace, three: list[Path]) -> None:
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("end", "p")
        await until(pilot, lambda: listed(app) == ["alpha", "gamma", "beta"])
        assert value(three[2], "pinned") is True and "◆ alpha" in shown(app)
        assert f"pinned {three[2].name}" in shown(app)
        await pilot.press("p")
        await until(pilot, lambda: listed(app) == ["gamma", "beta", "alpha"] and value(three[2], "pinned") is False)


async def test_archived_runs_hide_and_are_brought_back(workspace: Workspace, three: list[Path]) -> None:
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: listed(app) == ["beta", "alpha"])
        assert value(three[0], "archived") is True and "1 archived" in shown(app) and "Z undoes" in shown(app)
        await pilot.press("Z")
        await until(pilot, lambda: listed(app) == ["gamma", "beta", "alpha"] and value(three[0], "archived") is False)
        await pilot.press("Z")
        await until(pilot, lambda: "nothing was deleted or archived since the start" in shown(app))


async def test_tags_of_one_run_are_written(workspace: Workspace, three: list[Path]) -> None:
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("T")
        await until(pilot, lambda: isinstance(app.screen, AskLineScreen))
        await pilot.press(*"one two one", "enter")
        await until(pilot, lambda: value(three[0], "tags") == ["one", "two"])
        await until(pilot, lambda: table_of(app).selected is not None and table_of(app).selected.tags == ["one", "two"])  # type: ignore[union-attr]
        await pilot.press("T")
        await until(pilot, lambda: "one two" in shown(app) and isinstance(app.screen, AskLineScreen))
        await pilot.press(*["backspace"] * 4, "enter")
        await until(pilot, lambda: value(three[0], "tags") == ["one"], "the tag that was taken away to be gone")


async def test_tags_of_several_runs_change_only_what_they_share(workspace: Workspace, three: list[Path]) -> None:
    for run, tags in zip(three, (["x", "y"], ["x", "z"], ["w"]), strict=True):
        manifest = run / "manifest.json"
        manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "tags": tags}))
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("space", "space", "T")
        await until(pilot, lambda: isinstance(app.screen, AskLineScreen))
        assert "Only the tags that all of them have" in shown(app)
        await pilot.press("backspace", *"new", "enter")
        await until(pilot, lambda: "tagged 2 runs" in shown(app))
        assert [value(r, "tags") for r in three] == [["y", "new"], ["z", "new"], ["w"]]


async def test_a_note_is_written_or_left(workspace: Workspace, three: list[Path]) -> None:
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        await pilot.press("N")
        await until(pilot, lambda: isinstance(app.screen, AskLineScreen))
        await pilot.press(*"no", "escape")
        await until(pilot, lambda: app.screen is screen)
        assert not value(three[0], "note")
        await pilot.press("N")
        await until(pilot, lambda: isinstance(app.screen, AskLineScreen))
        await pilot.press(*"lr too high", "enter")
        await until(pilot, lambda: value(three[0], "note") == "lr too high" and "noted" in shown(app))


async def test_a_run_without_checkpoints_goes_into_the_trash_unasked(workspace: Workspace, three: list[Path]) -> None:
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        await pilot.press("down", "d")
        await until(pilot, lambda: listed(app) == ["gamma", "alpha"] and not three[1].exists())
        assert app.screen is screen and f"deleted {three[1].name} · Z undoes" in shown(app)
        assert screen.run is not None and screen.run.name == "alpha", "the next one is selected"
        await pilot.press("Z")
        await until(pilot, lambda: listed(app) == ["gamma", "beta", "alpha"] and three[1].is_dir())
        assert "brought back" in shown(app)


async def test_unpublished_checkpoints_are_asked_about(workspace: Workspace, three: list[Path]) -> None:
    run = add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        table_of(app).select(run.name)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert "It has checkpoints that were not published" in shown(app)
        await pilot.press("n")
        await until(pilot, lambda: app.screen is screen)
        assert run.is_dir()
        manifest = run / "manifest.json"
        manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "published": {"target": "dir:/x"}}))
        await pilot.press("d")
        await until(pilot, lambda: not run.exists() and app.screen is screen, "what was published to go unasked")


async def test_all_marked_runs_are_deleted_and_brought_back(workspace: Workspace, three: list[Path]) -> None:
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("space", "space", "delete")
        await until(pilot, lambda: listed(app) == ["alpha"] and "deleted 2 runs" in shown(app))
        assert not three[0].exists() and not three[1].exists() and table_of(app).marked == ()
        await pilot.press("Z")
        await until(pilot, lambda: listed(app) == ["gamma", "beta", "alpha"] and "brought back 2 runs" in shown(app))


async def test_a_marked_live_run_is_not_deleted(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("space", "end", "space", "d")  # the live one, and one that has ended
        await until(pilot, lambda: "Delete: the selected run is still going" in shown(app))
        assert len(list(several.runs.iterdir())) == 5


async def test_nothing_is_done_to_a_group(workspace: Workspace, three: list[Path]) -> None:
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        await pilot.press("v", "home")
        for key in ("p", "a", "T", "N", "d"):
            await pilot.press(key)
            await until(pilot, lambda: "the cursor stands on a group" in shown(app))
            screen.say("", "")
        assert listed(app) == ["gamma", "beta", "alpha"]


async def test_what_cannot_be_written_is_told(workspace: Workspace, three: list[Path]) -> None:
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        (workspace.root / ".tuner").mkdir(exist_ok=True)
        (workspace.root / ".tuner" / "trash").write_text("in the way", encoding="utf-8")
        await pilot.press("d")
        await until(pilot, lambda: "✗" in text_of(app.screen.query_one("#status")))
        assert three[0].is_dir()
        await pilot.press("Z")
        await until(pilot, lambda: "nothing was deleted" in shown(app), "what was not deleted is not brought back")


# Finding


async def test_a_query_is_kept_by_enter_and_ended_by_escape(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.focused, QueryField))
        await pilot.press(*"is:live", "enter")
        await until(pilot, lambda: "Runs 2/5 · 2 live · /is:live" in shown(app) and app.focused is table_of(app))
        assert not screen.query_one(QueryField).display
        await pilot.press("escape")
        await until(pilot, lambda: "Runs 5" in shown(app) and table_of(app).query_text == "")


async def test_a_query_that_is_not_understood_says_why(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.focused, QueryField))
        await pilot.press(*"loss<x")
        field = app.screen.query_one(QueryField)
        await until(pilot, lambda: "is no number" in str(field.border_subtitle))
        await pilot.press("backspace", *"9")
        await until(pilot, lambda: "Enter keeps" in str(field.border_subtitle))


async def test_older_queries_are_gone_through_and_survive_the_session(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        for query in ("household", "state:failed"):
            await pilot.press("slash")
            await until(pilot, lambda: isinstance(app.focused, QueryField))
            await pilot.press(*query, "enter")
            await until(pilot, lambda query=query: table_of(app).query_text == query)  # type: ignore[misc]
            await pilot.press("escape")
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.focused, QueryField))
        for keys, text in ((("q", "up"), "state:failed"), (("up", "up"), "household"), (("down", "down"), "q")):
            await pilot.press(*keys)
            await until(pilot, lambda text=text: table_of(app).query_text == text)  # type: ignore[misc]


async def test_escape_ends_the_query_before_the_zoom(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        await pilot.press("z", "slash")
        await until(pilot, lambda: isinstance(app.focused, QueryField))
        await pilot.press(*"too", "enter", "escape")
        await until(pilot, lambda: table_of(app).query_text == "")
        assert screen.has_class("-zoomed")
        await pilot.press("escape")
        await until(pilot, lambda: not screen.has_class("-zoomed"))


# Columns


async def test_columns_are_chosen_ordered_and_remembered(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        await pilot.press("z", "C")
        await until(pilot, lambda: isinstance(app.screen, ColumnsScreen))
        columns = app.screen.query_one(ColumnList)
        first, second, *rest = columns.chosen
        await pilot.press("space", "down", "J", "K", "K", "shift+down", "shift+up")
        assert columns.chosen == [second, *rest]
        await pilot.press("r")
        assert columns.chosen == [first, second, *rest]
        await pilot.press("home", "J", "end", "space", "enter")
        await until(pilot, lambda: app.screen is screen)
        assert table_of(app).columns == (second, first, *rest, "id")
        await until(pilot, lambda: text_of(table_of(app)).split()[:2] == [second, first])
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        assert table_of(app).columns == (second, first, *rest, "id")
        await pilot.press("C")
        await until(pilot, lambda: isinstance(app.screen, ColumnsScreen))
        await pilot.press("space", "escape")
        await until(pilot, lambda: not isinstance(app.screen, ColumnsScreen))
        assert table_of(app).columns == (second, first, *rest, "id"), "left as they were"


async def test_a_double_click_watches_and_tabs_have_the_wide_table(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=SMALL) as pilot:
        screen = await settled(pilot, app)
        await pilot.press("shift+tab")
        await until(pilot, lambda: "[Runs]" in shown(app) and "objective" not in shown(app) and "ETA" in shown(app))
        await double_click(pilot, RunTable, offset=(10, 6))
        await until(
            pilot, lambda: "[Watch]" in shown(app) and screen.run is not None and screen.run.name == "household-sft"
        )
