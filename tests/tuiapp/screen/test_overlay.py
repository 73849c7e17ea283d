"""Marked runs drawn over the watched one."""

from __future__ import annotations

from tests.tuiapp.screen.support import WIDE, add_sft, main_screen, make_app, settled, shown, until
from tuner.config.workspace import Workspace


async def test_x_draws_the_marked_runs_over_the_watched_one_and_takes_them_away(workspace: Workspace) -> None:
    add_sft(workspace, "first", "0001")
    add_sft(workspace, "second", "0002")
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("home", "down", "space", "up")
        await settled(pilot, app)
        watched = main_screen(app).run
        assert watched is not None and watched.name == "second"
        await pilot.press("x")
        await until(pilot, lambda: "• second" in shown(app) and "A first" in shown(app), "both in the legend")
        await pilot.press("x")
        await until(pilot, lambda: "A first" not in shown(app), "the watched run alone")


async def test_x_says_how_to_mark_where_nothing_is_marked(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("x")
        await until(pilot, lambda: "mark some with Space" in shown(app))
