"""Hostile text in everything that is read is shown inert, everywhere, and the screen goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot

from tests.tuiapp.screen.fake_backend import add_data, quick_backends
from tests.tuiapp.screen.hostile import STRINGS, add_endless, add_hostile, add_hostile_files, only_text_is_sent, texts
from tests.tuiapp.screen.support import MIDDLE, SMALL, WIDE, in_a_hurry, main_screen, make_app, settled, shown, until
from tuiapp.app import TunerApp
from tuiapp.screens.ask_line import AskLineScreen
from tuiapp.screens.choose_columns import ColumnsScreen
from tuiapp.screens.chooser.screen import ChooserScreen
from tuiapp.screens.compare.screen import CompareScreen
from tuiapp.screens.confirm import ConfirmScreen
from tuiapp.screens.editor.screen import EditorScreen
from tuiapp.screens.main.panes import Pane
from tuiapp.screens.publish import PublishScreen
from tuner.config.workspace import Workspace


async def look_at_every_run(pilot: Pilot[None], app: TunerApp) -> None:
    """Go through all runs, and through all panes of the first, each alone too."""
    main = await settled(pilot, app)
    main.go_to(Pane.RUNS)
    await pilot.press("end", "home")
    while True:
        await settled(pilot, app)
        before = main.run
        await pilot.press("down")
        await settled(pilot, app)
        if main.run == before:
            break
    for pane in Pane:
        main.go_to(pane)
        await pilot.press("z")
        await settled(pilot, app)
        await pilot.press("end", "home", "right", "y", "z")
        await settled(pilot, app)


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.generate],  # a smaller example would take minutes to find
)
@given(st.lists(texts, min_size=12, max_size=12), st.sampled_from([WIDE, MIDDLE, SMALL]))
def test_whatever_a_run_says_is_shown_as_text(made: list[str], size: tuple[int, int]) -> None:
    async def look(workspace: Workspace) -> None:
        app = make_app(workspace)
        async with app.run_test(size=size) as pilot:
            await look_at_every_run(pilot, app)
            assert app.is_running

    with TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        for number, text in enumerate(made):
            add_hostile(workspace, number, text)
        with only_text_is_sent() as sent, in_a_hurry():
            asyncio.run(look(workspace))
        assert "last line" in "".join(sent)


async def test_each_known_trick_is_shown_as_text(workspace: Workspace) -> None:
    for number, text in enumerate(STRINGS):
        add_hostile(workspace, number, text)
    with only_text_is_sent(), in_a_hurry():
        app = make_app(workspace)
        async with app.run_test(size=WIDE) as pilot:
            await look_at_every_run(pilot, app)
            main = main_screen(app)
            main.go_to(Pane.RUNS)
            main.select("20261120-100008-sft-evil-0008")
            markup = "[bold red]markup[/] [link=http://evil]here[/link]"
            await until(pilot, lambda: shown(app).count("[bold red]markup[/]") >= 3 and markup in shown(app))
            assert main.run is not None and main.run.name == markup


async def test_other_screens_show_it_as_text_too(workspace: Workspace) -> None:
    add_data(workspace)
    add_hostile_files(workspace.root)
    for number in (0, 2, 8, 9, 12, 13):
        add_hostile(workspace, number, STRINGS[number])
    with only_text_is_sent(), in_a_hurry():
        app = make_app(workspace, backends=quick_backends())
        async with app.run_test(size=WIDE) as pilot:
            await look_at_every_run(pilot, app)
            main = main_screen(app)
            main.go_to(Pane.RUNS)
            await pilot.press("home", *["space"] * 4, "v", "v", "x")
            await settled(pilot, app)
            for key, kind in {
                "V": CompareScreen,
                "C": ColumnsScreen,
                "T": AskLineScreen,
                "N": AskLineScreen,
                "d": ConfirmScreen,
                "u": PublishScreen,
                "c": EditorScreen,
                "n": ChooserScreen,
            }.items():
                await pilot.press("X", "end", "up")
                await pilot.press(key)
                await until(pilot, lambda kind=kind: isinstance(app.screen, kind), f"{kind.__name__}: {shown(app)}")
                await pilot.pause()
                await pilot.press("down", "escape")
                await until(pilot, lambda: app.screen is main)


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["wide", "small"])
async def test_endless_texts_do_not_stop_the_screen(workspace: Workspace, size: tuple[int, int]) -> None:
    add_endless(workspace)
    with only_text_is_sent(), in_a_hurry():
        app = make_app(workspace)
        async with app.run_test(size=size) as pilot:
            await look_at_every_run(pilot, app)
            main_screen(app).go_to(Pane.LOG)
            await until(pilot, lambda: "last line" in shown(app))
            await pilot.press("end", "w")
            await until(pilot, lambda: "last line" in shown(app))
