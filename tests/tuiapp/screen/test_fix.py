"""A run that ran out of memory: the change that fits is shown, started, or opened in the editor."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from tests.support.processes import none_left
from tests.tuiapp.screen.fake_backend import quick_backends
from tests.tuiapp.screen.fix_support import JOB, add_out_of_memory
from tests.tuiapp.screen.support import SMALL, WIDE, add_sft, main_screen, make_app, settled, shown, until
from tests.tuiapp.screen.test_new_run import checked
from tuiapp.app import TunerApp
from tuiapp.screens.confirm import ConfirmScreen
from tuiapp.screens.fix import FixScreen
from tuner.config.workspace import Workspace


async def open_fix(pilot: Pilot[None], app: TunerApp) -> FixScreen:
    await settled(pilot, app)
    await pilot.press("R")
    await until(pilot, lambda: isinstance(app.screen, FixScreen), shown(app))
    assert isinstance(app.screen, FixScreen)
    await pilot.pause()
    return app.screen


async def test_the_fix_is_shown_as_a_difference_and_started(workspace: Workspace) -> None:
    add_out_of_memory(workspace)
    app = make_app(workspace, backends=quick_backends())
    with none_left(workspace.root):
        async with app.run_test(size=WIDE) as pilot:
            await open_fix(pilot, app)
            text = shown(app)
            for told in ("too-big", "schedule.batch_size  16 → 8", "schedule.gradient_accumulation  1 → 2"):
                assert told in text
            assert "-  batch_size: 16    # too many" in text and "+  batch_size: 8    # too many" in text
            await pilot.press("enter")
            main = main_screen(app)
            await until(pilot, lambda: app.screen is main and main.run is not None and main.run.state == "succeeded")
            assert main.run is not None and main.run.name == "too-big"
            assert "batch_size: 8    # too many" in (main.run.path / "job.yaml").read_text()


async def test_a_warning_that_is_new_is_asked_about(workspace: Workspace) -> None:
    job = JOB + "hardware: {num_gpus: 2}\n"
    add_out_of_memory(workspace, job=job)
    app = make_app(workspace, backends=quick_backends())
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_fix(pilot, app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert "hardware.num_gpus" in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is main_screen(app))
        assert len(list(workspace.runs.glob("2*"))) == 1


async def test_what_is_wrong_by_now_is_told(workspace: Workspace) -> None:
    add_out_of_memory(workspace)
    app = make_app(workspace, backends=quick_backends())
    async with app.run_test(size=SMALL) as pilot:
        await open_fix(pilot, app)
        (workspace.root / "data" / "train.jsonl").unlink()
        await pilot.press("enter")
        await until(pilot, lambda: "datasets.training" in shown(app), shown(app))
        await pilot.press("enter")  # and again
        await until(pilot, lambda: "datasets.training" in shown(app))


async def test_the_fix_opens_in_the_editor_with_its_difference(workspace: Workspace) -> None:
    add_out_of_memory(workspace)
    app = make_app(workspace, backends=quick_backends())
    async with app.run_test(size=WIDE) as pilot:
        await open_fix(pilot, app)
        await pilot.press("e")
        screen = await checked(pilot, app)
        assert "batch_size: 8    # too many" in screen.text
        await until(pilot, lambda: "schedule.batch_size  16 → 8" in shown(app), shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, FixScreen))


async def test_a_run_with_nothing_to_change_is_told(workspace: Workspace) -> None:
    small = JOB.replace("16    # too many", "1").replace(
        "objective: sft", "objective: sft\noptimizations: {enabled: [gradient_checkpointing]}"
    )
    add_out_of_memory(workspace, job=small)
    app = make_app(workspace, backends=quick_backends())
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("R")
        await until(pilot, lambda: "nothing is left to change" in shown(app), shown(app))


async def test_a_run_that_did_not_run_out_of_memory_has_no_fix(workspace: Workspace) -> None:
    path: Path = add_sft(workspace)
    app = make_app(workspace, backends=quick_backends())
    async with app.run_test(size=WIDE) as pilot:
        main = await settled(pilot, app)
        assert "R Repair" not in shown(app)
        await pilot.press("R")
        await until(pilot, lambda: "did not run out of memory" in shown(app))
        assert app.screen is main and path.is_dir()
