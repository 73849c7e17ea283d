"""A slow link: as the settings or the variable say; nothing moves or blinks by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.driver import Driver
from textual.widgets import Input

from tests.tuiapp.screen.support import MIDDLE, add_several, make_app, settled, until
from tuiapp.app import TunerApp
from tuiapp.launch import _appearance
from tuiapp.screens.sparing_driver import SparingDriver
from tuner.config.workspace import Workspace
from tuner.core.errors import ConfigurationError


def slow(workspace: Workspace) -> TunerApp:
    ready = make_app(workspace)
    return TunerApp(ready.services, replace(ready.appearance, slow_link=True), ready.surroundings)


async def test_nothing_moves_or_blinks(workspace: Workspace) -> None:
    add_several(workspace)
    app = slow(workspace)
    assert app.slow_link and app.animation_level == "none" and app.driver_class is SparingDriver
    async with app.run_test(size=MIDDLE) as pilot:
        await settled(pilot, app)
        await pilot.press("/")
        await until(pilot, lambda: isinstance(app.focused, Input))
        assert isinstance(app.focused, Input) and not app.focused.cursor_blink
    quick = make_app(workspace)
    driver: type[Driver] = quick.driver_class
    assert driver is not SparingDriver and not quick.slow_link


async def test_borders_move_when_the_button_is_released(workspace: Workspace) -> None:
    add_several(workspace)
    app = slow(workspace)
    async with app.run_test(size=MIDDLE) as pilot:
        screen = await settled(pilot, app)
        left = screen.query_one("#left")
        before = left.region.width
        await pilot.mouse_down(offset=(before, 20))
        await pilot.hover(offset=(before + 10, 20))
        await pilot.pause()
        assert left.region.width == before
        await pilot.mouse_up(offset=(before + 10, 20))
        await until(pilot, lambda: left.region.width == before + 10)


@pytest.mark.parametrize(("value", "means"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("false", False)])
def test_the_variable_is_understood_without_the_settings(
    workspace: Workspace, tmp_path: Path, value: str, means: bool
) -> None:
    outside = {"XDG_CONFIG_HOME": str(tmp_path), "TUNER_SLOW_LINK": value}
    assert _appearance(workspace, outside).slow_link is means
    assert _appearance(workspace, outside).themes == tmp_path / "tuner" / "themes"


def test_the_settings_say_it_too(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "tuner").mkdir()
    (tmp_path / "tuner" / "settings.yaml").write_text("slow_link: true\nnotify: bell\n")
    found = _appearance(workspace, {"XDG_CONFIG_HOME": str(tmp_path)})
    assert (found.slow_link, found.notify) == (True, ("bell",))


def test_a_value_that_is_neither_is_refused(workspace: Workspace) -> None:
    with pytest.raises(ConfigurationError, match="slow_link"):
        _appearance(workspace, {"TUNER_SLOW_LINK": "sometimes", "XDG_CONFIG_HOME": "/nowhere"})
