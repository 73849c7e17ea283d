"""Every action of the registry is done in the real application by its key, and something comes of it.

An action without an entry in `every_action` fails here.
"""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from tests.support.processes import none_left
from tests.tuiapp.screen import every_action
from tests.tuiapp.screen.every_action.deeds import DEEDS, Stage
from tests.tuiapp.screen.fake_backend import quick_backends
from tests.tuiapp.screen.support import in_a_hurry, make_app, settled
from tuiapp.actions import ACTIONS
from tuner.config.workspace import Workspace

for _module in pkgutil.iter_modules(every_action.__path__):
    importlib.import_module(f"{every_action.__name__}.{_module.name}")


@pytest.mark.parametrize("action_id", [a.id for a in ACTIONS])
async def test_its_key_does_something_that_can_be_seen(workspace: Workspace, action_id: str) -> None:
    assert action_id in DEEDS, f"{action_id} has no deed: add one to tests/tuiapp/screen/every_action"
    entry = DEEDS[action_id]
    entry.furnish(workspace)
    with none_left(workspace.root), in_a_hurry():
        app = make_app(workspace, backends=quick_backends())
        async with app.run_test(size=entry.size) as pilot:
            main = await settled(pilot, app)
            main.go_to(entry.focus)
            await pilot.pause()
            stage = Stage(pilot, app, workspace, action_id)
            await entry.deed(stage)
            assert stage.done, f"the deed of {action_id} never pressed its key"


def test_no_deed_is_left_of_an_action_that_is_gone() -> None:
    assert sorted(DEEDS.keys() - {a.id for a in ACTIONS}) == []
