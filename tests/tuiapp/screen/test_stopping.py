"""Stopping and deleting ask first."""

from __future__ import annotations

from tests.tuiapp.screen.support import WIDE, add_live, add_sft, make_app, settled, shown, until
from tuiapp.screens.confirm import ConfirmScreen
from tuner.config.workspace import Workspace
from tuner.jobs.identity import boot_id, host_name, identify
from tuner.runs.control import read_request
from tuner.runs.state_file import patch_state


async def test_stop_asks_first(workspace: Workspace) -> None:
    run = add_live(workspace)  # said to be supervised here, by this very process
    patch_state(run, {"host": host_name(), "boot_id": boot_id(), "supervisor": identify().as_dict()})
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        await pilot.press("s")
        await until(pilot, lambda: "Stop this run?" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        assert read_request(run) is None
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: read_request(run) is not None, "the request to stop")
        await until(pilot, lambda: "to stop; it saves first" in shown(app))


async def test_an_ended_run_cannot_be_stopped_nor_a_live_one_deleted(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("d")
        await until(pilot, lambda: "Delete: the selected run is still going" in shown(app))
        await pilot.press("end")
        await settled(pilot, app)
        await pilot.press("s")
        await until(pilot, lambda: "Stop: the selected run has already ended" in shown(app))


async def test_delete_asks_first_and_the_run_is_gone(workspace: Workspace) -> None:
    run = add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("d")
        await until(pilot, lambda: "Delete this run?" in shown(app))
        await pilot.press("n")
        assert run.is_dir()
        await pilot.press("d")
        await until(pilot, lambda: "Delete this run?" in shown(app))
        await pilot.click("ActionBar", offset=(2, 0))
        await until(pilot, lambda: not run.exists() and "deleted 2026" in shown(app))


async def test_runs_are_found_by_words(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        await pilot.press("slash")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "find")
        await pilot.press(*"state:failed")
        await until(pilot, lambda: screen.run is not None and screen.run.name == "too-big")
        assert "next-in-line" not in shown(app) and "Runs 1/5" in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: "next-in-line" in shown(app))
        assert screen.run is not None and screen.run.name == "too-big"
