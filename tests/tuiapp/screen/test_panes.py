"""Panes: order, zoom, what a width shows."""

from __future__ import annotations

from tests.tuiapp.screen.support import SMALL, WIDE, make_app, settled, until
from tuiapp.screens.main.panes import Pane, beside, visible
from tuner.config.workspace import Workspace


def test_what_is_visible() -> None:
    assert visible(narrow=False, zoomed=None, tab=Pane.LOG) == frozenset(Pane)
    assert visible(narrow=False, zoomed=Pane.LOG, tab=Pane.RUNS) == {Pane.LOG}
    assert visible(narrow=True, zoomed=None, tab=Pane.CONFIG) == {Pane.CONFIG}


def test_the_order_goes_around() -> None:
    assert beside(Pane.CONFIG, 1) is Pane.RUNS and beside(Pane.RUNS, -1) is Pane.CONFIG


async def test_tab_goes_through_all_panes(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        seen = []
        for _ in Pane:
            assert screen.focused is not None
            seen.append(screen.focused.id)
            await pilot.press("tab")
        assert seen == [p.value for p in Pane]
        await pilot.press("shift+tab")
        assert screen.focused is not None and screen.focused.id == "config"


async def test_zoom_gives_all_to_one_pane_and_takes_it_back(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        await pilot.press("tab", "tab", "z")
        table, runs = screen.query_one("#checkpoints"), screen.query_one("#runs")
        await until(pilot, lambda: table.size.width > 150 and not runs.display)
        await pilot.press("escape")
        await until(pilot, lambda: runs.display and table.size.width < 150)


async def test_the_layout_follows_the_width(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        await pilot.resize_terminal(*SMALL)
        await until(pilot, lambda: sum(screen.query_one(f"#{p}").display for p in Pane) == 1)
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: all(screen.query_one(f"#{p}").display for p in Pane))
