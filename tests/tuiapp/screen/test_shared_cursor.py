"""One value cursor: wherever it is moved, charts, checkpoints and log show the same step."""

from __future__ import annotations

from tests.tuiapp.screen.support import WIDE, add_sft, make_app, settled, until
from tuiapp.screens.main.watch_pane import WatchPane
from tuiapp.widgets.checkpoint_table import CheckpointTable
from tuiapp.widgets.log_view import LogView
from tuner.config.workspace import Workspace


async def test_the_charts_cursor_takes_checkpoints_and_log_along(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        charts, table, log = screen.query_one(WatchPane), screen.query_one(CheckpointTable), screen.query_one(LogView)
        charts.focus()
        await pilot.press("home", *["right"] * 119)
        assert charts.cursor_step == 120
        assert table.selected is not None and table.selected.label == "100", "the last checkpoint before it"
        await until(pilot, lambda: _line(log).startswith("step=120 "), "the log at the step")


async def test_the_checkpoints_cursor_takes_the_charts_along(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        charts, table = screen.query_one(WatchPane), screen.query_one(CheckpointTable)
        assert charts.cursor_step is None, "nobody has moved it yet"
        table.focus()
        await pilot.press("home", "down")
        assert charts.cursor_step == 100
        await pilot.press("end")
        assert table.selected is not None and table.selected.is_final
        assert charts.cursor_step == 300, "final_model stands at the last step"


async def test_the_logs_cursor_takes_the_others_along(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        charts, table, log = screen.query_one(WatchPane), screen.query_one(CheckpointTable), screen.query_one(LogView)
        log.focus()
        await pilot.press("up", "up")
        await until(pilot, lambda: charts.cursor_step in range(295, 300), "the charts at the log's step")
        assert table.selected is not None and table.selected.label == "250"


def _line(log: LogView) -> str:
    line = log.line_under_cursor()
    return line.text if line is not None else ""
