"""The charts: what they show, the window, the cursor, copying."""

from __future__ import annotations

from tests.tuiapp.screen.every_action.deeds import Deed, Stage, deed, one_run
from tests.tuiapp.screen.support import MIDDLE
from tuiapp.screens.main.panes import Pane


def redraws(*before: str) -> Deed:
    """The charts read differently once the key is pressed."""

    async def do(s: Stage) -> None:
        await s.press(*before)
        await s.changes(lambda: s.area(Pane.CHARTS))

    return do


def tells(text: str, *before: str) -> Deed:
    """The status line says so once the key is pressed."""

    async def do(s: Stage) -> None:
        await s.press(*before)
        await s.does(lambda: text in s.pane_text("status"))

    return do


for _id, _before in {
    "chart.smooth_less": ("]", "]"),
    "chart.smooth_more": (),
    "chart.log_y": (),
    "chart.log_x": (),
    "chart.axis": (),
    "chart.zoom_in": (),
    "chart.zoom_out": ("+", "+"),
    "chart.all": ("+", "+"),
    "chart.pan_left": ("+", "+"),
    "chart.pan_right": ("+", "+", "<"),
    "chart.left": ("end",),
    "chart.right": ("home",),
    "chart.jump_left": ("end",),
    "chart.jump_right": ("home",),
    "chart.first": ("end",),
    "chart.last": ("home",),
}.items():
    deed(_id, focus=Pane.CHARTS, furnish=one_run)(redraws(*_before))

deed("chart.clip", focus=Pane.CHARTS, furnish=one_run)(tells("percentile"))
deed("chart.metric", focus=Pane.CHARTS, furnish=one_run, size=MIDDLE)(redraws())


@deed("chart.full", focus=Pane.CHARTS, furnish=one_run)
async def _(s: Stage) -> None:
    await s.does(lambda: not s.pane(Pane.RUNS).display and s.pane(Pane.CHARTS).size.width > 140)


@deed("chart.leave", focus=Pane.CHARTS, furnish=one_run)
async def _(s: Stage) -> None:
    await s.press("enter")
    await s.until(lambda: not s.pane(Pane.RUNS).display)
    await s.does(lambda: s.pane(Pane.RUNS).display)


@deed("chart.choose", focus=Pane.CHARTS, furnish=one_run)
async def _(s: Stage) -> None:
    await s.changes(lambda: type(s.app.focused))


@deed("chart.next", focus=Pane.CHARTS, furnish=one_run)
async def _(s: Stage) -> None:
    await s.changes(lambda: s.main.query_one("WatchPane").focused_chart)  # type: ignore[attr-defined]


@deed("chart.previous", focus=Pane.CHARTS, furnish=one_run)
async def _(s: Stage) -> None:
    await s.press("down")
    await s.changes(lambda: s.main.query_one("WatchPane").focused_chart)  # type: ignore[attr-defined]


@deed("chart.copy", focus=Pane.CHARTS, furnish=one_run)
async def _(s: Stage) -> None:
    await s.press("end")
    await s.does(lambda: "loss" in s.app.clipboard)


@deed("chart.copy_all", focus=Pane.CHARTS, furnish=one_run)
async def _(s: Stage) -> None:
    await s.does(lambda: s.app.clipboard.count("\n") > 50)
