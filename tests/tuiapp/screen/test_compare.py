"""Comparing marked runs, and writing their metrics to files."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.support.compared_runs import add_compared
from tests.tuiapp.screen.support import MIDDLE, SMALL, WIDE, main_screen, make_app, settled, shown, text_of, until
from tuiapp.app import TunerApp
from tuiapp.screens.compare.export import ExportScreen
from tuiapp.screens.compare.screen import CompareScreen
from tuiapp.screens.compare.table import CompareTable
from tuiapp.screens.confirm import ConfirmScreen
from tuiapp.screens.main.panes import Pane
from tuner.config.workspace import Workspace


async def compared(pilot: Pilot[None], app: TunerApp, marks: int = 2) -> CompareScreen:
    """Mark so many runs from the top and compare them."""
    main = await settled(pilot, app)
    main.go_to(Pane.RUNS)
    await pilot.press("home")
    for _ in range(marks):
        await pilot.press("space")
        await pilot.pause()
    await pilot.press("V")
    await until(pilot, lambda: isinstance(app.screen, CompareScreen))
    screen = app.screen
    assert isinstance(screen, CompareScreen)
    await until(pilot, lambda: screen.comparison is not None, "the comparison")
    await pilot.pause()
    return screen


def table(screen: CompareScreen, which: str) -> CompareTable:
    return screen.query_one(f"#{which}", CompareTable)


async def test_marked_runs_are_compared(workspace: Workspace) -> None:
    add_compared(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await compared(pilot, app, 3)
        settings = text_of(table(screen, "settings"))
        assert "optimizer.learning_rate" in settings and "≠ 5e-05" in settings and "≠ 8 (default)" in settings
        assert "schedule.epochs" not in settings
        metrics = text_of(table(screen, "metrics"))
        assert "loss ↓" in metrics and "★" in metrics and "@" in metrics
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is main_screen(app))


async def test_equal_settings_are_shown_and_hidden(workspace: Workspace) -> None:
    add_compared(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await compared(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: "schedule.epochs" in text_of(table(screen, "settings")))
        await pilot.press("a")
        await until(pilot, lambda: "schedule.epochs" not in text_of(table(screen, "settings")))


async def test_a_run_is_compared_with_its_parent(workspace: Workspace) -> None:
    add_compared(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        main = await settled(pilot, app)
        child = next(r for r in workspace.runs.iterdir() if "second" in r.name)
        main.select(child.name)
        await until(pilot, lambda: main.run is not None and main.run.id == child.name)
        await pilot.press("V")
        await until(pilot, lambda: isinstance(app.screen, CompareScreen) and "first" in shown(app))
        assert isinstance(app.screen, CompareScreen)
        assert [i.split("-")[3] for i in app.screen.run_ids] == ["first", "second"]


async def test_one_run_alone_says_how_to_mark(workspace: Workspace) -> None:
    add_compared(workspace, 1)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("V")
        await until(pilot, lambda: "mark some with Space" in shown(app))
        await pilot.press("x")
        await until(pilot, lambda: "no run is marked" in shown(app))


async def test_the_overlay_goes_on_and_off_and_follows_the_marks(workspace: Workspace) -> None:
    add_compared(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("home", "space", "x")
        await until(pilot, lambda: "1 marked run is drawn" in shown(app))
        await pilot.press("space")
        await until(pilot, lambda: "2 marked runs are drawn" in shown(app))
        await pilot.press("x")
        await until(pilot, lambda: "the watched run alone" in shown(app))


async def test_many_runs_are_scrolled_sideways_by_key_and_mouse(workspace: Workspace) -> None:
    add_compared(workspace, 7)
    app = make_app(workspace)
    async with app.run_test(size=MIDDLE) as pilot:
        screen = await compared(pilot, app, 7)
        settings = table(screen, "settings")
        assert "▸" in text_of(settings) and "◂" not in text_of(settings)
        path = text_of(settings).splitlines()[1].split()[0]
        await pilot.press("right")
        await until(pilot, lambda: settings.first == 1 and "◂" in text_of(settings))
        assert path in text_of(settings)  # the first column stands still
        await pilot.press(*["l"] * 9)
        await until(pilot, lambda: "▸" not in text_of(settings))
        await pilot.press("h")
        await until(pilot, lambda: "▸" in text_of(settings))
        await pilot.click(settings, offset=(settings.outer_size.width - 3, 1))
        await until(pilot, lambda: "▸" not in text_of(settings))
        before = settings.first
        await pilot.click(settings, offset=(4, 1))
        await until(pilot, lambda: settings.first == before - 1)


async def test_a_low_screen_shows_one_table_at_a_time(workspace: Workspace) -> None:
    add_compared(workspace)
    app = make_app(workspace)
    async with app.run_test(size=SMALL) as pilot:
        screen = await compared(pilot, app)
        assert table(screen, "settings").display and not table(screen, "metrics").display
        await pilot.press("tab")
        await until(pilot, lambda: table(screen, "metrics").display and table(screen, "metrics").has_focus)
        assert not table(screen, "settings").display
        await pilot.press("down")
        await until(pilot, lambda: table(screen, "metrics").cursor == 1)


@pytest.mark.parametrize(("key", "suffix", "begins"), [("e", "csv", b"run,step,"), ("E", "png", b"\x89PNG")])
async def test_the_compared_runs_are_exported(workspace: Workspace, key: str, suffix: str, begins: bytes) -> None:
    add_compared(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await compared(pilot, app)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, ExportScreen))
        name = app.screen.query_one(Input).value
        assert name.endswith(f".{suffix}")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CompareScreen) and "wrote" in shown(app))
        assert (workspace.root / name).read_bytes().startswith(begins)


async def test_a_file_is_overwritten_only_after_a_yes(workspace: Workspace) -> None:
    add_compared(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        main = await settled(pilot, app)
        assert main.run is not None
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, ExportScreen))
        file = workspace.root / app.screen.query_one(Input).value
        file.write_text("mine", encoding="utf-8")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, ExportScreen))
        assert file.read_text(encoding="utf-8") == "mine"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: app.screen is main and "wrote" in shown(app))
        with file.open(newline="", encoding="utf-8") as text:
            rows = list(csv.DictReader(text))
        assert rows[0]["step"] == "1" and float(rows[0]["loss"]) > 0
        assert [p.name for p in file.parent.iterdir() if p.name.startswith(f".{file.name}")] == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "no name yet"), ("runs.xlsx", "does not say what to write"), ("gone/x.csv", "not a folder")],
)
async def test_a_file_that_cannot_be_written_is_told(workspace: Workspace, typed: str, said: str) -> None:
    add_compared(workspace, 1)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, ExportScreen))
        app.screen.query_one(Input).value = typed
        await pilot.press("enter")
        await until(pilot, lambda: said in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is main_screen(app))
    assert sorted(p.name for p in Path(workspace.root).iterdir() if not p.name.startswith(".")) == ["runs"]


async def test_a_comparison_that_cannot_be_read_is_told(workspace: Workspace) -> None:
    add_compared(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        app.push_screen(CompareScreen(["nobody", "nothing"]))
        await until(pilot, lambda: "there is no run 'nobody'" in shown(app) and "Esc goes back" in shown(app))
        await pilot.press("a", "right", "tab", "r")  # nothing to show yet: nothing happens
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is main_screen(app))


async def test_refreshing_reads_the_runs_again(workspace: Workspace) -> None:
    from tests.tuiapp.screen.support import append_row

    runs = add_compared(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await compared(pilot, app)
        before = screen.comparison
        append_row(runs[-1], 999, surprise=42.5)
        await pilot.press("r")
        await until(pilot, lambda: screen.comparison is not before and "surprise" in text_of(table(screen, "metrics")))
