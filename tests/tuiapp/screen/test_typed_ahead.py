"""Keys that arrive at once, as over a slow link: what follows a key that opens a field is for the field."""

from __future__ import annotations

import pytest
from textual.events import Key
from textual.widgets import Input

from tests.tuiapp.screen.support import MIDDLE, main_screen, make_app, settled, until
from tuiapp.app import TunerApp
from tuiapp.screens.main.panes import Pane
from tuner.config.workspace import Workspace

_NAMES = {"/": "slash", "&": "ampersand", ":": "colon"}


def type_at_once(app: TunerApp, text: str) -> None:
    """As the terminal's reader does where all of it is there already."""
    for letter in text:
        app.post_message(Key(_NAMES.get(letter, letter), letter))


@pytest.mark.parametrize(
    ("pane", "text"),
    [(Pane.RUNS, "/ktoq"), (Pane.RUNS, "Tdbq"), (Pane.RUNS, "Ndyq"), (Pane.CHARTS, "floq"), (Pane.LOG, "/enq"),
     (Pane.LOG, "&enq"), (Pane.LOG, ":12q"), (Pane.RUNS, "Edyq")],
)  # fmt: skip
async def test_what_is_typed_on_goes_into_the_field(several: Workspace, pane: Pane, text: str) -> None:
    app = make_app(several)
    async with app.run_test(size=MIDDLE) as pilot:
        screen = await settled(pilot, app)
        screen.go_to(pane)
        await pilot.pause()
        type_at_once(app, text)
        await until(pilot, lambda: isinstance(app.focused, Input) and text[1:] in app.focused.value, text)
        assert app.is_running and app.return_code is None  # q was no action


async def test_where_no_field_comes_keys_are_keys(workspace: Workspace) -> None:
    app = make_app(workspace)
    async with app.run_test(size=MIDDLE) as pilot:
        await until(pilot, lambda: main_screen(app).is_listed)
        type_at_once(app, "/q")  # there is no run to find
        await until(pilot, lambda: app.return_code is not None or not app.is_running, "q to leave")
