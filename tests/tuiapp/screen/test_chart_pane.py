"""The charts under keys: what each action changes on the screen."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tuiapp.screen.chart_support import view_of
from tests.tuiapp.screen.support import (
    MIDDLE,
    SMALL,
    WIDE,
    add_live,
    add_sft,
    append_row,
    main_screen,
    make_app,
    settled,
    shown,
    text_of,
    until,
)
from tuiapp.app import TunerApp
from tuiapp.screens.main import chart_view
from tuiapp.screens.main.watch_pane import WatchPane
from tuiapp.screens.reading.overlay import OverlayRun
from tuiapp.screens.session import Session
from tuiapp.widgets.chart.pattern_field import PatternField
from tuner.config.workspace import Workspace
from tuner.runs.series import XAxis


async def charts_of(pilot: Pilot[None], app: TunerApp) -> WatchPane:
    """The charts with the focus, drawn."""
    screen = await settled(pilot, app)
    pane = screen.query_one(WatchPane)
    pane.focus()
    await until(pilot, lambda: "┤" in text_of(pane), "the charts to be drawn")
    return pane


def legends(pane: WatchPane) -> list[str]:
    """The charts' first lines, one for each."""
    return ["".join(t for t, _ in p._legend).strip() for p in pane.panels]


def title(pane: WatchPane) -> str:
    assert pane._border_title is not None
    return pane._border_title.plain


async def test_smoothing_goes_up_and_down_and_is_told(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        rough = text_of(pane)
        await pilot.press("]", "]")
        assert "smoothed 0.7" in title(pane) and "≈" in legends(pane)[0]
        assert "smoothing 0.7" in shown(app) and text_of(pane) != rough
        await pilot.press("[", "[", "[")
        assert "smoothed" not in title(pane) and text_of(pane) == rough and "not smoothed" in shown(app)


async def test_axes_become_logarithmic_and_back(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        linear = text_of(pane)
        await pilot.press("l")
        assert "log y" in title(pane) and "0.2┤" in text_of(pane).replace(" ", "")
        await pilot.press("l", "L")
        assert "log x" in title(pane) and "log y" not in title(pane)
        assert text_of(pane).splitlines()[-1].split()[:3] == ["1", "10", "100"]
        await pilot.press("L")
        assert text_of(pane) == linear


async def test_x_goes_through_the_axes_that_the_run_has(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        assert pane.axis is XAxis.STEP
        await pilot.press("t")
        assert "by relative time" in title(pane) and "2m" in text_of(pane).splitlines()[-1]
        await pilot.press("t")
        assert "by wall time" in title(pane)
        await pilot.press("L")
        assert "wall time is never logarithmic" in shown(app) and "log x" not in title(pane)
        await pilot.press("L", "t")
        assert pane.axis is XAxis.STEP and title(pane) == "Charts"


async def test_pages_go_through_all_charts(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        assert legends(pane)[0].startswith("▸ ━ loss") and "exact match" in legends(pane)[1]
        await pilot.press("m")
        assert "gradient norm" in legends(pane)[0] and "page 2 of 2" in shown(app)
        assert "healthy 0.1–10" in legends(pane)[0]
        await pilot.press("m")
        assert "loss" in legends(pane)[0]
        await pilot.press("down")
        assert legends(pane)[1].startswith("▸")
        await pilot.press("down")
        assert legends(pane)[0].startswith("▸") and "gradient norm" in legends(pane)[0], "the page follows the focus"
        await pilot.press("up", "up", "up")
        assert "learning rate" in legends(pane)[1] and legends(pane)[1].startswith("▸")


async def test_one_chart_has_the_whole_screen_and_gives_it_back(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        await pilot.press("down", "enter")
        await until(pilot, lambda: pane.size.width > 150 and len(pane.panels) == 1)
        assert "exact match" in legends(pane)[0]
        await pilot.press("down")
        assert "gradient norm" in legends(pane)[0]
        await pilot.press("escape")
        await until(pilot, lambda: pane.size.width < 150 and len(pane.panels) == 2)
        await pilot.press("escape")
        assert app.is_running


async def test_a_full_chart_where_panes_are_tabs(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=SMALL) as pilot:
        pane = await charts_of(pilot, app)
        before = len(pane.panels)
        await pilot.press("enter")
        await until(pilot, lambda: len(pane.panels) == 1 and before == 2)
        await pilot.press("enter")
        await until(pilot, lambda: len(pane.panels) == before)


async def test_metrics_are_chosen_by_a_regular_expression(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        await pilot.press("f", *"norm|rate")
        assert [g.names for g in pane.groups] == [("grad_norm",), ("learning_rate",)]
        assert "/norm|rate/" in title(pane) and "gradient norm" in legends(pane)[0]
        await pilot.press("enter")
        await until(pilot, lambda: not pane.query(PatternField) and pane.has_focus)
        assert "gradient norm" in legends(pane)[0]
        await pilot.press("f", *"xyz")
        assert "no metric matches xyz: f chooses others" in text_of(pane)
        await pilot.press("escape")
        await until(pilot, lambda: not pane.query(PatternField) and "gradient norm" in legends(pane)[0])


async def test_what_is_no_regular_expression_is_sought_as_it_stands(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        await pilot.press("f", *"loss(")
        assert '"loss("' in title(pane) and "no metric matches" in text_of(pane)


async def test_the_window_is_zoomed_moved_and_reset(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        everything = text_of(pane)
        await pilot.press("plus")
        scale = pane.viewport.scale()
        assert scale is not None and (scale.low, scale.high) == pytest.approx((1 + 0.2 * 299, 300 - 0.2 * 299))
        assert "zoomed" in title(pane) and "100" in text_of(pane)
        await pilot.press("less_than_sign")
        moved = pane.viewport.scale()
        assert moved is not None and moved.low < scale.low and moved.high - moved.low == pytest.approx(0.6 * 299)
        await pilot.press(*["shift+right"] * 8)
        assert pane.viewport.follows
        await pilot.press("minus", "minus", "minus")
        assert text_of(pane) == everything
        await pilot.press("equals_sign", "0")
        assert text_of(pane) == everything


async def test_the_cursor_goes_point_by_point_and_tells_where_it_is(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    moves: list[int | None] = []
    async with app.run_test(size=WIDE, message_hook=lambda m: _note(m, moves)) as pilot:
        pane = await charts_of(pilot, app)
        await pilot.press("left", "left", "left")
        await pilot.pause()
        assert pane.cursor_step == 298 and moves == [300, 299, 298], "it begins at the newest point"
        assert " 298 " in text_of(pane) and "eval loss 0.29" in legends(pane)[0]
        await pilot.press("home")
        assert pane.cursor_step == 1 and "eval loss –" in legends(pane)[0]
        await pilot.press("right", "pagedown")
        assert pane.cursor_step == 32
        await pilot.press("pageup", "pageup")
        assert pane.cursor_step == 1
        await pilot.press("end")
        assert pane.cursor_step == 300
        await pilot.press("escape")
        await pilot.pause()
        assert pane.cursor_step is None and moves[-1] is None


def _note(message: object, moves: list[int | None]) -> None:
    if isinstance(message, WatchPane.CursorMoved) and (not moves or moves[-1] != message.step):
        moves.append(message.step)


async def test_the_cursor_may_be_set_from_elsewhere_and_stays_through_axes(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        pane.set_cursor(150)
        await pilot.pause()
        value = legends(pane)[0]
        assert " 150 " in text_of(pane)
        await pilot.press("t")
        assert pane.cursor_step == 150 and legends(pane)[0] == value and "2m29" in text_of(pane)
        pane.set_cursor(None)
        await pilot.pause()
        assert "2m29" not in text_of(pane)


async def test_a_zoomed_window_goes_with_the_cursor(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        await pilot.press("end", "plus", "plus", "home")
        scale = pane.viewport.scale()
        assert scale is not None and scale.low <= 1 <= scale.high and pane.viewport.is_zoomed


async def test_outliers_are_clipped_on_request(workspace: Workspace) -> None:
    run = add_sft(workspace)
    append_row(run, 301, loss=9000.0)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        assert "8000┤" in text_of(pane)
        await pilot.press("k")
        await pilot.pause()
        assert "8000┤" not in text_of(pane) and "beyond" in legends(pane)[0] and "outliers clipped" in title(pane)
        assert "1st to the 99th percentile" in shown(app)


async def test_values_are_copied(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_text", copied.append)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        pane.set_cursor(100)
        await pilot.press("y")
        await pilot.pause()
        assert copied[0].startswith("step=100 loss=0.69") and "eval_loss=" in copied[0]
        assert "copied the values at step 100" in shown(app)
        await pilot.press("Y")
        await pilot.pause()
        head, first, *rest = copied[1].splitlines()
        assert head == "step\tloss\teval_loss" and first.startswith("1\t") and len(rest) == 299
        assert rest[48].count("\t") == 2 and not rest[48].endswith("\t")


async def test_without_metrics_nothing_is_copied_and_nothing_breaks(workspace: Workspace) -> None:
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = main_screen(app).query_one(WatchPane)
        pane.focus()
        keys = ("left", "right", "home", "end", "pageup", "plus", "minus", "0", "enter", "enter", "up", "down", "k")
        await pilot.press(*keys, "less_than_sign", "y", "Y")
        await pilot.pause()
        assert "there is nothing to copy" in shown(app) and pane.cursor_step is None


async def test_what_is_chosen_is_remembered(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await charts_of(pilot, app)
        await pilot.press("]", "l", "t", "f", *"loss", "enter")
    again = make_app(workspace)
    async with again.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, again)
        assert title(pane) == "Charts · by relative time · smoothed 0.5 · log y · /loss/"


async def test_a_session_that_makes_no_sense_is_passed_over(workspace: Workspace) -> None:
    add_sft(workspace)
    session = Session(workspace)
    session.keep("charts", {"smoothing": "lots", "axis": 7, "pattern": None, "chart": -3, "log_y": "yes"})
    session.save()
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        assert title(await charts_of(pilot, app)) == "Charts"


async def test_marked_runs_are_drawn_over_the_watched_one(workspace: Workspace) -> None:
    run = add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        other = view_of([{"step": s, "loss": 3 - s / 200, "kl": 0.1} for s in range(1, 200)])
        same = OverlayRun(run.name, "household-sft", other)
        pane.show_overlay([same, OverlayRun("x-1", "[b]other", other)])
        await pilot.pause()
        assert title(pane) == "Charts · A household-sft · B [b]other"
        assert legends(pane)[0].startswith("▸ loss  A 0.2") and " B 2.005" in legends(pane)[0]
        text = text_of(pane)
        assert "A" in text.split("\n", 1)[1] and "B" in text.split("\n", 1)[1], "the lines end with their letters"
        assert ("kl",) in [g.names for g in pane.groups]
        pane.show_overlay([])
        await pilot.pause()
        assert title(pane) == "Charts" and legends(pane)[0].startswith("▸ ━ loss")


async def test_a_live_window_at_the_end_follows(workspace: Workspace) -> None:
    run = add_live(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        await pilot.press("plus")
        before = pane.viewport.scale()
        assert before is not None and "zoomed, following" in title(pane)
        append_row(run, 240, loss=0.5)
        await until(pilot, lambda: pane.viewport.scale() != before)
        after = pane.viewport.scale()
        assert after is not None and after.high == pytest.approx(before.high + 28)
        await pilot.press(*["less_than_sign"] * 2)
        held = pane.viewport.scale()
        append_row(run, 260, loss=0.5)
        await until(pilot, lambda: pane.data.view is not None and pane.data.view.last_step == 260)
        assert pane.viewport.scale() == held and "zoomed, following" not in title(pane)


async def test_a_hidden_chart_draws_nothing_and_catches_up(workspace: Workspace) -> None:
    run = add_live(workspace)
    app = make_app(workspace)
    async with app.run_test(size=SMALL) as pilot:
        pane = await charts_of(pilot, app)
        await pilot.press("tab")
        await until(pilot, lambda: not pane.is_seen)
        before = [p.drawing for p in pane.panels]
        append_row(run, 213, loss=8.0)
        await until(pilot, lambda: pane.data.view is not None and pane.data.view.last_step == 213)
        assert [p.drawing for p in pane.panels] == before and all(
            a is b for a, b in zip(before, (p.drawing for p in pane.panels), strict=True)
        )
        await pilot.press("shift+tab")
        await until(pilot, lambda: pane.is_seen and "loss 8.000" in shown(app))


async def test_a_slow_link_waits_between_two_pictures(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart_view, "_SLOW", 4.0)  # both rows are read meanwhile, however busy the machine
    run = add_live(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        pane = await charts_of(pilot, app)
        pane.slow = True
        append_row(run, 213, loss=8.0)
        await until(pilot, lambda: pane.data.view is not None and pane.data.view.last_step == 213)
        append_row(run, 214, loss=9.0)
        await until(pilot, lambda: pane.data.view is not None and pane.data.view.last_step == 214)
        assert "9.000" not in legends(pane)[0], "the second row comes later"
        await until(pilot, lambda: "9.000" in legends(pane)[0], "the charts to catch up")


async def test_nothing_is_drawn_where_nothing_changed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=MIDDLE) as pilot:
        pane = await charts_of(pilot, app)
        sent: list[object] = []
        monkeypatch.setattr(pane, "refresh", lambda *regions, **_: sent.append(regions))
        pane.show_charts()
        assert sent == []
        pane.set_cursor(100)
        [regions] = sent
        assert isinstance(regions, tuple) and all(r.width == 1 or r.height == 1 for r in regions)
