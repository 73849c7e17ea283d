"""Overlay, comparison and export."""

from __future__ import annotations

from textual.widgets import Input

from tests.support.compared_runs import add_compared
from tests.tuiapp.screen.every_action.deeds import Stage, deed
from tests.tuiapp.screen.support import MIDDLE, SMALL, append_row
from tuiapp.screens.compare.export import ExportScreen
from tuiapp.screens.compare.screen import CompareScreen
from tuiapp.screens.compare.table import CompareTable
from tuiapp.screens.main.panes import Pane
from tuner.config.workspace import Workspace


def seven(workspace: Workspace) -> None:
    """More runs than stand beside each other."""
    add_compared(workspace, 7)


async def compare(s: Stage, marks: int = 2) -> CompareScreen:
    """Compare so many runs."""
    s.main.go_to(Pane.RUNS)
    await s.press("home", *["space"] * marks)
    screen = await s.open(CompareScreen, "V")
    await s.until(lambda: "loss ↓" in s.pane_text("metrics") or screen.query_one("#settings", CompareTable).rows)
    return screen


@deed("run.overlay")
async def _(s: Stage) -> None:
    await s.press("home", "space")
    await s.does(lambda: "1 marked run is drawn over the watched one" in s.text)


@deed("run.compare")
async def _(s: Stage) -> None:
    await s.press("home", "space", "space")
    await s.does(lambda: s.on(CompareScreen) and "method.lora.rank" in s.text)


@deed("run.export")
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(ExportScreen))


@deed("compare.table", size=SMALL)
async def _(s: Stage) -> None:
    await compare(s)
    await s.does(lambda: s.pane("metrics").has_focus and "loss ↓" in s.text)


@deed("compare.all")
async def _(s: Stage) -> None:
    await compare(s)
    await s.does(lambda: "schedule.epochs" in s.pane_text("settings"))


@deed("compare.right", furnish=seven, size=MIDDLE)
async def _(s: Stage) -> None:
    await compare(s, 7)
    await s.does(lambda: "◂" in s.pane_text("settings"))


@deed("compare.left", furnish=seven, size=MIDDLE)
async def _(s: Stage) -> None:
    await compare(s, 7)
    await s.press("l")
    await s.until(lambda: "◂" in s.pane_text("settings"))
    await s.does(lambda: "◂" not in s.pane_text("settings"))


@deed("compare.export")
async def _(s: Stage) -> None:
    await compare(s)
    await s.does(lambda: s.on(ExportScreen) and s.app.screen.query_one(Input).value.endswith(".csv"))


@deed("compare.picture")
async def _(s: Stage) -> None:
    await compare(s)
    await s.does(lambda: s.on(ExportScreen) and s.app.screen.query_one(Input).value.endswith(".png"))


@deed("compare.refresh")
async def _(s: Stage) -> None:
    screen = await compare(s)
    append_row(s.workspace.runs / screen.run_ids[0], 999, surprise=42.5)
    await s.does(lambda: "surprise" in s.pane_text("metrics"))


@deed("compare.back")
async def _(s: Stage) -> None:
    await compare(s)
    await s.ends()


@deed("export.write")
async def _(s: Stage) -> None:
    screen = await s.open(ExportScreen, "E")
    file = s.workspace.root / screen.query_one(Input).value
    await s.does(lambda: file.is_file() and file.read_text(encoding="utf-8").startswith("step,"))


@deed("export.back")
async def _(s: Stage) -> None:
    await s.open(ExportScreen, "E")
    await s.ends()
    assert list(s.workspace.root.glob("*.csv")) == []
