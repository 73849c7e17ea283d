"""The charts under the mouse."""

from __future__ import annotations

from textual.events import MouseScrollLeft, MouseScrollRight

from tests.tuiapp.screen.support import WIDE, add_sft, double_click, make_app, text_of, until
from tests.tuiapp.screen.test_chart_pane import charts_of, legends
from tuiapp.screens.main.watch_pane import WatchPane
from tuner.config.workspace import Workspace


def at(pane: WatchPane, step: float, chart: int = 0) -> tuple[int, int]:
    """The offset of a step in a chart, inside the pane."""
    panel = pane.panels[chart]
    cell = panel.cell_of(step)
    assert cell is not None
    return panel.place.x + cell + 1, panel.place.y + 5


async def test_a_click_sets_the_cursor_and_the_focus(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        await pilot.click(pane, offset=at(pane, 200, chart=1))
        await until(pilot, lambda: pane.cursor_step is not None)
        assert pane.cursor_step is not None and abs(pane.cursor_step - 200) <= 4
        assert legends(pane)[1].startswith("▸")


async def test_hovering_shows_values_and_leaves_the_cursor_where_it_is(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        newest = legends(pane)[0]
        await pilot.hover(pane, offset=at(pane, 30))
        await until(pilot, lambda: legends(pane)[0] != newest)
        assert pane.cursor_step is None and "eval loss –" in legends(pane)[0]
        await pilot.hover("#log")
        await until(pilot, lambda: legends(pane)[0] == newest)


async def test_a_drag_selects_a_range_and_a_double_click_shows_all(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        start, end = at(pane, 100), at(pane, 200)
        await pilot.mouse_down(pane, offset=start)
        await pilot.hover(pane, offset=end)
        await pilot.mouse_up(pane, offset=end)
        scale = pane.viewport.scale()
        assert scale is not None and abs(scale.low - 100) < 6 and abs(scale.high - 200) < 6
        assert pane.cursor_step is None, "a drag is no click"
        await double_click(pilot, pane, offset=start)
        await until(pilot, lambda: not pane.viewport.is_zoomed)


async def test_the_wheel_zooms_around_the_mouse_and_pans_with_shift(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        before = text_of(pane)
        await pilot._post_mouse_events(_wheel_up(), pane, at(pane, 100))
        scale = pane.viewport.scale()
        assert scale is not None and scale.low < 100 < scale.high and scale.high - scale.low < 250
        await pilot._post_mouse_events(_wheel_up(), pane, at(pane, 100), shift=True)
        panned = pane.viewport.scale()
        assert panned is not None and panned.low < scale.low
        await pilot._post_mouse_events([MouseScrollRight], pane, at(pane, 100))
        await pilot._post_mouse_events([MouseScrollLeft], pane, at(pane, 100))
        assert pane.viewport.scale() == panned
        for _ in range(4):
            await pilot._post_mouse_events(_wheel_down(), pane, at(pane, 100))
        assert not pane.viewport.is_zoomed and text_of(pane).splitlines()[-1] == before.splitlines()[-1]


def _wheel_up() -> list[type]:
    from textual.events import MouseScrollUp

    return [MouseScrollUp]


def _wheel_down() -> list[type]:
    from textual.events import MouseScrollDown

    return [MouseScrollDown]


async def test_outside_of_all_charts_nothing_happens(workspace: Workspace) -> None:
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = app.screen.query_one(WatchPane)
        await pilot.click(pane, offset=(10, 4))
        await pilot._post_mouse_events(_wheel_up(), pane, (10, 4))
        await pilot.mouse_down(pane, offset=(10, 4))
        await pilot.mouse_up(pane, offset=(20, 4))
        assert pane.cursor_step is None and not pane.viewport.is_zoomed
