"""Pictures of the screen, looked at by a person before they were accepted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.tuiapp.screen.fake_backend import quick_backends
from tests.tuiapp.screen.scenes import SCENES, Look
from tests.tuiapp.screen.support import MIDDLE, SMALL, WIDE, make_app
from tuiapp.themes import SAFE_DARK, SAFE_LIGHT
from tuner.config.workspace import Workspace

Compare = Callable[..., bool]

SIZES = [pytest.param(s, id=f"{s[0]}x{s[1]}") for s in (WIDE, MIDDLE, SMALL)]


def check(workspace: Workspace, snap_compare: Compare, scene: str, size: tuple[int, int], theme: str) -> None:
    furnish, act = SCENES[scene]
    furnish(workspace)
    app = make_app(workspace, theme=theme, backends=quick_backends())

    async def run(pilot: Pilot[None]) -> None:
        await act(Look(pilot, app, workspace))
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run)


@pytest.mark.parametrize("theme", ["tuner-dark", "tuner-light"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", SCENES)
def test_scene(workspace: Workspace, snap_compare: Compare, scene: str, size: tuple[int, int], theme: str) -> None:
    check(workspace, snap_compare, scene, size, theme)


@pytest.mark.parametrize("theme", [SAFE_DARK, SAFE_LIGHT])
def test_safe_colours(workspace: Workspace, snap_compare: Compare, theme: str) -> None:
    check(workspace, snap_compare, "overlay_of_two_runs", MIDDLE, theme)
