"""The registry: whole, unambiguous, shown, remappable."""

from __future__ import annotations

from itertools import combinations

import pytest
from textual.command import CommandPalette

from tests.tuiapp.screen.support import (
    MIDDLE,
    SMALL,
    WIDE,
    main_screen,
    make_app,
    settled,
    shown,
    text_of,
    until,
)
from tuiapp.actions import ACTIONS, Where, actions_in, spell_keys, unknown_ids
from tuiapp.app import TunerApp
from tuiapp.screens.chooser.screen import ChooserScreen
from tuiapp.screens.help import HelpLines, HelpScreen
from tuiapp.screens.main.panes import Pane
from tuiapp.widgets.bars import ActionBar
from tuner.config.workspace import Workspace


def test_ids_are_unique_and_every_action_says_what_it_does() -> None:
    assert len({a.id for a in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert action.title and action.help.endswith(".") and action.key, action.id


@pytest.mark.parametrize("where", [w for w in Where if w not in {Where.LIST, Where.ANYWHERE}])
def test_no_key_means_two_things_in_one_place(where: Where) -> None:
    places = (where, Where.ANYWHERE) if where not in {Where.PUBLISH, Where.CONFIRM, Where.HELP} else (where,)
    keys = {a.id: set(a.key.split(",")) for a in actions_in(*places)}
    for one, other in combinations(keys, 2):
        assert not keys[one] & keys[other], (one, other)


def test_what_opens_a_field_shares_its_method_with_nothing_else() -> None:
    """Keys that follow it are held for the field; by the method's name it is known."""
    asking = {a.call for a in ACTIONS if a.asks}
    assert [a.id for a in ACTIONS if a.call in asking and not a.asks] == []


def test_no_key_is_one_that_fails_over_ssh() -> None:
    for key in (k for a in ACTIONS for k in a.key.split(",")):
        assert key != "ctrl+enter" and not (key.startswith("f") and key[1:].isdigit())


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_the_help_lists_every_action_with_its_keys(workspace: Workspace, size: tuple[int, int]) -> None:
    app = make_app(workspace)
    async with app.run_test(size=size) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen) and app.screen.query_one(HelpLines).lines)
        pane = app.screen.query_one(HelpLines)
        lines = ["".join(t for t, _ in parts) for parts in pane.lines]
        assert not any("…" in text for text in lines)
        assert all(len(text) <= pane.scrollable_content_region.width for text in lines)
        whole = " ".join(" ".join(lines).split())
        for action in ACTIONS:
            last = next(i for i, text in enumerate(lines) if text.rstrip().endswith(f" {action.id}"))
            told = " ".join(" ".join(lines[max(0, last - 4) : last + 1]).split())
            assert action.title in told and " ".join(spell_keys(action, {}).split()) in told, action.id
            assert action.help in whole
        await pilot.press("q")
        await until(pilot, lambda: app.screen is main_screen(app))


async def test_the_help_begins_with_what_is_at_hand(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        screen.go_to(Pane.LOG)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen) and app.screen.query_one(HelpLines).lines)
        assert app.screen.query_one(HelpLines).lines[0][0][0] == Where.LOG.value


async def test_keys_are_remapped_by_id(workspace: Workspace) -> None:
    app = make_app(workspace, keys={"app.help": "f2", "run.new": "ctrl+g"})
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: "^G New" in shown(app))
        await pilot.press("n")
        assert app.screen is main_screen(app)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen))


async def test_a_remapped_key_that_names_nothing_is_told(workspace: Workspace) -> None:
    assert unknown_ids({"run.new": "x", "run.nwe": "y"}) == ["run.nwe"]
    app = make_app(workspace, keys={"run.nwe": "y"})
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: "name no action run.nwe" in shown(app))


async def test_an_unknown_theme_is_told(workspace: Workspace) -> None:
    app = make_app(workspace, theme="[b]pink")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: "there is no theme '[b]pink'" in shown(app))
        assert app.theme == "tuner-dark"


async def test_the_palette_finds_actions_and_does_them(workspace: Workspace) -> None:
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*"start a new")
        await until(pilot, lambda: "Start a new run from a preset" in shown(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen))


async def test_the_bar_shows_what_can_be_done_now(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await until(pilot, lambda: "s Stop" in shown(app) and "d Delete" not in shown(app))
        await pilot.press("end")
        await settled(pilot, app)
        await until(pilot, lambda: "s Stop" not in shown(app) and "d Delete" in shown(app))


async def test_the_bar_begins_with_the_focused_panes_own_actions(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=MIDDLE) as pilot:
        screen = await settled(pilot, app)
        bar = screen.query_one(ActionBar)
        screen.go_to(Pane.LOG)
        await until(pilot, lambda: text_of(bar).strip().startswith("/ Search  n Next  & Filter"))
        assert "Find" not in text_of(bar) and "New" not in text_of(bar)  # their keys do something else here
        screen.go_to(Pane.CHARTS)
        await until(pilot, lambda: "f Choose" in text_of(bar) and "Search" not in text_of(bar))
        screen.go_to(Pane.RUNS)
        await until(pilot, lambda: text_of(bar).strip().startswith("n New  Space Mark"))
        assert text_of(bar).rstrip().endswith("? Help  q Quit")


async def test_the_bar_leaves_out_what_would_be_typed_into_a_field(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=MIDDLE) as pilot:
        screen = await settled(pilot, app)
        bar = screen.query_one(ActionBar)
        await pilot.press("slash")
        await until(pilot, lambda: text_of(bar).strip() == "Tab Pane  ^P Palette")
        await pilot.press("escape")
        await until(pilot, lambda: "n New" in text_of(bar))


async def test_quitting_leaves_with_zero(workspace: Workspace) -> None:
    app: TunerApp = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == 0
