"""Pictures of the screen, looked at by a person before they were accepted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from tests.tuiapp.screen.fake_backend import BAD, add_data, add_file, quick_backends
from tests.tuiapp.screen.support import MIDDLE, SMALL, WIDE, add_sft, make_app, settled, shown, until
from tests.tuiapp.screen.test_new_run import open_editor
from tuiapp.app import TunerApp
from tuner.config.workspace import Workspace

Compare = Callable[..., bool]
Steps = Callable[[Pilot[None]], Awaitable[None]]

SIZES = [pytest.param(s, id=f"{s[0]}x{s[1]}") for s in (WIDE, MIDDLE, SMALL)]
THEMES = ["tuner-dark", "tuner-light"]


def steps(app: TunerApp, *keys: str) -> Steps:
    """Wait until everything is read, press keys, wait again."""

    async def run(pilot: Pilot[None]) -> None:
        await settled(pilot, app)
        await pilot.press(*keys)
        await settled(pilot, app)

    return run


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_a_live_run(several: Workspace, snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    app = make_app(several, theme=theme)
    assert snap_compare(app, terminal_size=size, run_before=steps(app))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_a_finished_run_at_its_best(
    workspace: Workspace, snap_compare: Compare, size: tuple[int, int], theme: str
) -> None:
    add_sft(workspace)
    app = make_app(workspace, theme=theme)
    assert snap_compare(app, terminal_size=size, run_before=steps(app, "b", "o"))


@pytest.mark.parametrize("size", SIZES)
def test_an_empty_workspace(workspace: Workspace, snap_compare: Compare, size: tuple[int, int]) -> None:
    app = make_app(workspace)

    async def run(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: shown(app).count("no run is selected") >= 1)

    assert snap_compare(app, terminal_size=size, run_before=run)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [SIZES[0], SIZES[2]])
def test_the_editor_with_issues(workspace: Workspace, snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    add_data(workspace)
    add_file(workspace, BAD)
    app = make_app(workspace, theme=theme, backends=quick_backends())

    async def run(pilot: Pilot[None]) -> None:
        screen = await open_editor(pilot, app, "quick.yaml")
        screen.query_one("#text").cursor_blink = False  # type: ignore[attr-defined]  # it is the text area

    assert snap_compare(app, terminal_size=size, run_before=run)


def test_the_failed_run(several: Workspace, snap_compare: Compare) -> None:
    app = make_app(several)
    assert snap_compare(app, terminal_size=MIDDLE, run_before=steps(app, "down", "down"))


def test_the_help(several: Workspace, snap_compare: Compare) -> None:
    app = make_app(several)
    assert snap_compare(app, terminal_size=MIDDLE, run_before=steps(app, "question_mark"))


def test_the_question_before_stopping(several: Workspace, snap_compare: Compare) -> None:
    app = make_app(several)
    assert snap_compare(app, terminal_size=MIDDLE, run_before=steps(app, "s"))


def test_zoomed_charts(several: Workspace, snap_compare: Compare) -> None:
    app = make_app(several)
    assert snap_compare(app, terminal_size=MIDDLE, run_before=steps(app, "tab", "z"))
