"""Panes are sized by dragging the border between two and by key, and stand as they were when one comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region
from textual.pilot import Pilot

from tests.tuiapp.screen.support import (
    MIDDLE,
    SMALL,
    WIDE,
    add_live,
    add_several,
    add_sft,
    double_click,
    main_screen,
    make_app,
    settled,
    shown,
    until,
)
from tuiapp.app import TunerApp
from tuiapp.screens.main.pane_sizes import LOWEST, PaneSizes, moved, shares_of
from tuiapp.screens.main.panes import Pane
from tuiapp.screens.session import Session
from tuner.config.workspace import Workspace


def region(app: TunerApp, name: str) -> Region:
    return main_screen(app).query_one(f"#{name}").region


async def drag(pilot: Pilot[None], start: tuple[int, int], end: tuple[int, int]) -> None:
    """With the left button, from one cell of the screen to another."""
    await pilot.mouse_down(offset=start)
    await pilot.hover(offset=end)
    await pilot.mouse_up(offset=end)
    await pilot.pause()


async def test_the_border_beside_the_runs_is_dragged_and_remembered(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        before = region(app, "left").width
        await drag(pilot, (before, 20), (before + 24, 20))
        await until(pilot, lambda: region(app, "left").width == before + 24 and region(app, "right").x == before + 24)
        await drag(pilot, (before + 23, 20), (2, 20))
        await until(pilot, lambda: region(app, "left").width == 24, "every pane keeps its room")
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        assert region(app, "left").width == 24
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: region(app, "right").right == 120)
        assert region(app, "left").width == 24


async def test_borders_between_rows_are_dragged(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        charts, checkpoints, log = (region(app, n) for n in ("charts", "checkpoints", "bottom"))
        await drag(pilot, (100, checkpoints.y), (100, checkpoints.y - 5))
        await until(pilot, lambda: abs(region(app, "charts").height - (charts.height - 5)) <= 1)
        assert abs(region(app, "bottom").height - log.height) <= 1, "the third keeps its place"
        at = region(app, "bottom").y - 1
        await drag(pilot, (100, at), (100, 47))
        await until(pilot, lambda: LOWEST <= region(app, "bottom").height <= LOWEST + 1)
        edge, wide, inside = region(app, "config").x, region(app, "config").width, region(app, "bottom").y + 2
        await drag(pilot, (edge, inside), (edge - 10, inside))
        await until(pilot, lambda: abs(region(app, "config").width - wide - 10) <= 1)


async def test_a_double_click_gives_the_first_sizes_back(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        before = region(app, "left").width
        await pilot.press(")", ")")
        await until(pilot, lambda: region(app, "left").width == before + 8)
        at = (region(app, "right").x, 20)
        await double_click(pilot, offset=at)
        await until(pilot, lambda: region(app, "left").width == before)
        assert app.session.read("panes") == {}


@pytest.mark.parametrize(
    ("pane", "key", "part", "by"),
    [
        (Pane.RUNS, "ctrl+right", "left", 4),
        (Pane.RUNS, "(", "left", -4),
        (Pane.CHARTS, ")", "left", -4),
        (Pane.CHARTS, "}", "charts", 2),
        (Pane.CHECKPOINTS, "ctrl+up", "checkpoints", 2),
        (Pane.LOG, "}", "bottom", 2),
        (Pane.LOG, "{", "bottom", -2),
        (Pane.LOG, ")", "log", 4),
        (Pane.CONFIG, ")", "config", 4),
    ],
)
async def test_the_focused_pane_is_sized_by_key(several: Workspace, pane: Pane, key: str, part: str, by: int) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        screen.go_to(pane)
        await pilot.pause()
        region_of = region(app, part)
        before = region_of.width if part in {"left", "log", "config"} else region_of.height
        await pilot.press(key)
        await pilot.pause()
        region_of = region(app, part)
        after = region_of.width if part in {"left", "log", "config"} else region_of.height
        assert abs(after - before - by) <= 1
    assert Session(several).read("panes"), "remembered"


async def test_what_cannot_be_sized_says_why(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=MIDDLE) as pilot:
        await settled(pilot, app)
        await pilot.press("}")
        await until(pilot, lambda: "the run table has all the height" in shown(app))
        await pilot.press("z", ")")
        await until(pilot, lambda: "one pane has all the room" in shown(app))
        assert main_screen(app).divider_at(50, 20) is None
        await drag(pilot, (50, 20), (60, 20))
    assert "left" not in Session(several).read("panes")


async def test_the_tab_is_as_it_was_and_a_zoom_is_over(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot, app)
        main_screen(app).go_to(Pane.LOG)
        await until(pilot, lambda: "[Log]" in shown(app))
    app = make_app(several)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: "[Log]" in shown(app))
        assert main_screen(app).focused_pane() is Pane.LOG
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        screen.go_to(Pane.CHECKPOINTS)
        await pilot.press("z")
        await until(pilot, lambda: screen.has_class("-zoomed"))
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        assert not screen.has_class("-zoomed"), "the start shows what there is"


async def test_the_selected_run_is_as_it_was_unless_another_one_is_live(workspace: Workspace) -> None:
    add_sft(workspace)
    add_sft(workspace, "older", "0a0a")
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        first = screen.run
        await pilot.press("down")
        await until(pilot, lambda: screen.run is not None and screen.run != first)
        second = screen.run
    for _ in range(2):
        app = make_app(workspace)
        async with app.run_test(size=WIDE) as pilot:
            screen = await settled(pilot, app)
            assert screen.run is not None and second is not None and screen.run.id == second.id
    add_live(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        assert screen.run is not None and screen.run.name == "household-kto"


@pytest.mark.parametrize(
    "kept", [{"left": 5.0, "rows": [0.1, 0.2], "log": "x"}, {"rows": "x", "tab": 3, "zoomed": "?"}]
)
async def test_sizes_that_make_no_sense_are_as_none(workspace: Workspace, kept: dict[str, object]) -> None:
    add_several(workspace)
    session = Session(workspace)
    session.keep("panes", kept)
    session.save()
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        assert screen.sizes == PaneSizes() and not screen.has_class("-zoomed")


@given(
    st.lists(st.integers(0, 60), min_size=2, max_size=4).flatmap(
        lambda sizes: st.tuples(st.just(sizes), st.integers(0, len(sizes) - 2), st.integers(-90, 90))
    ),
    st.integers(1, 12),
)
def test_a_moved_border_takes_from_one_what_it_gives_the_other(drawn: tuple[list[int], int, int], least: int) -> None:
    sizes, index, by = drawn
    after = moved(sizes, index, by, least)
    assert sum(after) == sum(sizes) and len(after) == len(sizes)
    assert [s for i, s in enumerate(after) if i not in {index, index + 1}] == [
        s for i, s in enumerate(sizes) if i not in {index, index + 1}
    ]
    if sizes[index] + sizes[index + 1] >= 2 * least:
        assert min(after[index], after[index + 1]) >= least
    assert abs(sum(shares_of(after)) - (1 if sum(after) else 0)) < 0.01


def test_kept_sizes_come_back() -> None:
    sizes = PaneSizes(0.3, (0.5, 0.2, 0.3), 0.6)
    assert PaneSizes.from_kept(sizes.as_kept()) == sizes and PaneSizes().as_kept() == {}
