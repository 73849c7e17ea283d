"""A live run that writes no rows: how long it is silent, and what its trainer and the GPU do meanwhile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.run_builder import build_run
from tests.tuiapp.screen.support import NOW, SMALL, WIDE, add_live, live_state, make_app, settled, text_of, until
from tuiapp.app import TunerApp
from tuiapp.messages import AroundRead
from tuiapp.screens.main.screen import MainScreen
from tuiapp.widgets.headline import Headline
from tuiapp.widgets.silence import told
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.runs.summary import summarise


def later(app: TunerApp, seconds: float) -> TunerApp:
    app.surroundings = replace(app.surroundings, now=lambda: NOW + seconds)
    return app


def headline(screen: MainScreen) -> str:
    return text_of(screen.query_one("#headline", Headline))


async def test_silence_is_told_with_what_trainer_and_gpu_do(workspace: Workspace) -> None:
    run_dir = add_live(workspace)
    app = later(make_app(workspace), 240)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        assert "⚠ no row for 4m, supervisor alive" in headline(screen)
        screen.post_message(AroundRead((), 0.0, {run_dir.name: True}))
        await until(pilot, lambda: "⚠ no row for 4m, trainer alive, GPU 0%" in headline(screen))
        screen.post_message(AroundRead((), 98.0, {run_dir.name: True}))
        await until(pilot, lambda: "  no row for 4m, trainer alive, GPU 98%" in headline(screen))
        screen.post_message(AroundRead((), None, {run_dir.name: False}))
        await until(pilot, lambda: "⚠ no row for 4m, trainer gone" in headline(screen))


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_phases_before_the_first_row_are_told(workspace: Workspace, size: tuple[int, int]) -> None:
    state = {**live_state(0, 300), "phase": "downloading", "message": "downloading org/base: 3.10/8.00 GB"}
    run_dir = build_run(workspace.runs, name="early", state=RunState.RUNNING, state_patch=state)
    app = make_app(workspace)
    async with app.run_test(size=size) as pilot:
        screen = await settled(pilot, app)
        shown = screen.query_one("#headline" if size == WIDE else "#short-headline", Headline)
        await until(pilot, lambda: "running · downloading" in text_of(shown))
        assert "downloading org/base: 3.10/8.00 GB" in text_of(shown) and "no metrics yet" in text_of(shown)
        assert "row" not in text_of(shown)
        screen.post_message(AroundRead((), None, {run_dir.name: False}))
        await until(pilot, lambda: "⚠ trainer gone" in text_of(shown))


@pytest.mark.parametrize(
    ("phase", "trainer", "stale", "said", "worry"),
    [
        ("evaluating", True, None, "no row for 2h05m, trainer alive", False),
        ("evaluating", False, None, "no row for 2h05m, trainer gone", True),
        ("saving", None, None, "no row for 2h05m, supervisor alive", False),
        ("saving", None, 60.0, "no row for 2h05m, supervisor silent too", True),
        ("training", None, 60.0, "no row for 2h05m, supervisor silent too", True),
    ],
)
def test_what_is_silent_by_nature_is_no_worry(
    tmp_path: Path, phase: str, trainer: bool | None, stale: float | None, said: str, worry: bool
) -> None:
    run = replace(summarise(build_run(tmp_path, state=RunState.RUNNING)), phase=phase, stale_seconds=stale)
    assert told(run, 7500.0, trainer, None) == (said, worry)


def test_seconds_are_told_while_they_are_few(tmp_path: Path) -> None:
    run = summarise(build_run(tmp_path, state=RunState.RUNNING))
    assert told(run, 45.9, True, 40.0) == ("no row for 45s, trainer alive, GPU 40%", False)
    assert told(run, 3e5, True, 40.0)[0].startswith("no row for 3d, ")
