"""What every list takes, done in the run table."""

from __future__ import annotations

from tests.support.run_builder import build_run
from tests.tuiapp.screen.every_action.deeds import Stage, deed
from tuiapp.screens.main.panes import Pane
from tuiapp.widgets.pane import CursorPane
from tuner.config.workspace import Workspace


def many(workspace: Workspace) -> None:
    """More runs than fit."""
    for index in range(80):
        build_run(workspace.runs, name=f"run-{index}", run_id=f"20261120-1000{index:02d}-sft-run-{index}-{index:04x}")


def cursor(s: Stage) -> int:
    return s.main.query_one(f"#{Pane.RUNS}", CursorPane).cursor


@deed("list.down")
async def _(s: Stage) -> None:
    await s.press("home")
    await s.does(lambda: cursor(s) == 1)


@deed("list.up")
async def _(s: Stage) -> None:
    await s.press("home", "down")
    await s.does(lambda: cursor(s) == 0)


@deed("list.page_down", furnish=many)
async def _(s: Stage) -> None:
    await s.press("home")
    await s.does(lambda: 5 < cursor(s) < 79)


@deed("list.page_up", furnish=many)
async def _(s: Stage) -> None:
    await s.press("end")
    await s.does(lambda: 0 < cursor(s) < 74)


@deed("list.first", furnish=many)
async def _(s: Stage) -> None:
    await s.press("end")
    await s.until(lambda: cursor(s) == 79)
    await s.does(lambda: cursor(s) == 0)


@deed("list.last", furnish=many)
async def _(s: Stage) -> None:
    await s.press("home")
    await s.does(lambda: cursor(s) == 79)


@deed("list.choose")
async def _(s: Stage) -> None:
    await s.does(lambda: s.pane(Pane.CHARTS).has_focus)
