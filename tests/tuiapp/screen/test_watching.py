"""What changes on disk appears on the screen."""

from __future__ import annotations

import shutil

from tests.support.run_builder import add_checkpoint
from tests.tuiapp.screen.support import (
    WIDE,
    add_live,
    add_sft,
    append_row,
    labels,
    make_app,
    settled,
    shown,
    text_of,
    until,
)
from tuiapp.screens.main.watch_pane import WatchPane
from tuiapp.widgets.checkpoint_table import CheckpointTable
from tuiapp.widgets.headline import Headline
from tuiapp.widgets.log_view import LogView
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.runs.manifest_file import patch_manifest
from tuner.runs.state_file import change_state, patch_state


async def test_a_row_appears_in_headline_and_chart(workspace: Workspace) -> None:
    run = add_live(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        before = text_of(app.screen.query_one(WatchPane))
        append_row(run, 213, loss=7.125)
        await until(pilot, lambda: "loss 7.125" in text_of(app.screen.query_one("#headline", Headline)))
        await until(pilot, lambda: text_of(app.screen.query_one(WatchPane)) != before)


async def test_a_torn_row_waits_and_nan_is_a_gap(workspace: Workspace) -> None:
    run = add_live(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        append_row(run, 213, loss=float("nan"))
        append_row(run, 214, loss=0.25)
        await until(pilot, lambda: "loss 0.250" in text_of(app.screen.query_one("#headline", Headline)))
        assert "nan" not in shown(app)


async def test_progress_and_the_end_are_shown(workspace: Workspace) -> None:
    run = add_live(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        patch_state(run, {"step": 240, "progress": 0.8})
        await until(pilot, lambda: "240/300" in shown(app))
        change_state(run, RunState.FINALIZING, "finalizing")
        change_state(run, RunState.SUCCEEDED, "done")
        await until(pilot, lambda: "✓ household-kto" in shown(app))


async def test_a_run_that_stopped_early_says_so_behind_its_best(workspace: Workspace) -> None:
    run = add_sft(workspace)
    patch_manifest(run, {"results": {"stopped_early": {"step": 300}}})
    patch_state(run, {"message": "stopped early at step 300: no better eval_loss in 3 evaluations"})
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        told = text_of(app.screen.query_one("#headline", Headline))
        assert "best is checkpoint-300 by eval_exact_match 98.2%; stopped early at step 300: no better" in told


async def test_a_log_line_appears_and_the_tail_follows(workspace: Workspace) -> None:
    run = add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        with (run / "console.log").open("a") as log:
            log.write("the newest line\n")
        await until(pilot, lambda: "the newest line" in text_of(app.screen.query_one(LogView)))


async def test_a_scrolled_log_stays_where_it_is(workspace: Workspace) -> None:
    run = add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        log = app.screen.query_one(LogView)
        log.focus()
        await pilot.press("home")
        await until(pilot, lambda: "step=1 " in text_of(log))
        with (run / "console.log").open("a") as file:
            file.write("the newest line\n")
        await until(pilot, lambda: log.last_line == "the newest line")
        assert "step=1 " in text_of(log)
        await pilot.press("end")
        await until(pilot, lambda: "the newest line" in text_of(log))


async def test_a_saved_checkpoint_appears(workspace: Workspace) -> None:
    run = add_live(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        table = app.screen.query_one(CheckpointTable)
        assert labels(table) == ["50", "100", "150", "200"]
        add_checkpoint(run, 210)
        await until(pilot, lambda: "210" in labels(table))


async def test_runs_come_and_go(workspace: Workspace) -> None:
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: "press n" in shown(app))
        run = add_sft(workspace)
        await until(pilot, lambda: "household-sft" in shown(app))
        await settled(pilot, app)
        shutil.rmtree(run)
        await until(pilot, lambda: "household-sft" not in shown(app) and "no runs in this workspace" in shown(app))


async def test_another_run_is_shown_whole_when_selected(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("end")
        screen = await settled(pilot, app)
        assert screen.run is not None and screen.run.name == "household-sft"
        assert "exact match on validation" in shown(app) and "batch_size: 16" in shown(app)
        assert labels(screen.query_one(CheckpointTable))[-1] == "final"
