"""Themes: ours, the user's own, the one remembered; told apart by everybody, and readable without any colour."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from tests.tuiapp.screen.support import MIDDLE, add_several, make_app, settled, shown, until
from tuiapp.app import TunerApp
from tuiapp.screens.session import Session
from tuiapp.screens.theme_picker import ThemeList, ThemeScreen
from tuiapp.screens.user_themes import COLOURS, all_themes, read_theme, theme_file
from tuiapp.themes import SAFE_DARK, SAFE_LIGHT, THEMES
from tuiapp.widgets.colourless import Colourless
from tuner.config.workspace import Workspace
from tuner.core.errors import ConfigurationError

# What little of a colour is left where one kind of cone is missing (Viénot, Brettel and Mollon 1999, linear RGB).
BLINDNESS = {
    "protan": ((0.1124, 0.8876, 0.0), (0.1124, 0.8876, 0.0), (0.0040, -0.0040, 1.0)),
    "deutan": ((0.2927, 0.7073, 0.0), (0.2927, 0.7073, 0.0), (-0.0223, 0.0223, 1.0)),
}


def linear(color: Color) -> list[float]:
    return [(c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in color.rgb]


def luminance(color: Color) -> float:
    red, green, blue = linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def seen(color: Color, kind: str) -> list[float]:
    """The colour as such eyes see it; a cube root brings it near to evenly spaced."""
    plain = linear(color)
    return [max(0.0, sum(f * c for f, c in zip(row, plain, strict=True))) ** (1 / 3) for row in BLINDNESS[kind]]


def colours(theme: Theme) -> dict[str, Color]:
    found = {n: getattr(theme, n) for n in ("primary", "accent", "success", "warning", "error")}
    return {name: Color.parse(value) for name, value in found.items()}


@pytest.mark.parametrize("theme", THEMES, ids=[t.name for t in THEMES])
def test_every_colour_can_be_read_on_its_background(theme: Theme) -> None:
    background = Color.parse(theme.background or "")
    for name, colour in {**colours(theme), "foreground": Color.parse(theme.foreground or "")}.items():
        assert contrast(colour, background) >= 4.5, name


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize("theme", [t for t in THEMES if t.name in {SAFE_DARK, SAFE_LIGHT}], ids=lambda t: t.name)
def test_safe_themes_keep_good_and_bad_apart_for_everybody(theme: Theme, kind: str) -> None:
    told = colours(theme)
    for one, other in combinations(("primary", "success", "error"), 2):
        apart = sum((a - b) ** 2 for a, b in zip(seen(told[one], kind), seen(told[other], kind), strict=True)) ** 0.5
        assert apart > 0.12, (one, other)


async def test_the_next_theme_is_remembered(workspace: Workspace) -> None:
    app = make_app(workspace)
    async with app.run_test(size=MIDDLE) as pilot:
        for theme in (*THEMES[1:], THEMES[0], THEMES[1]):
            await pilot.press("ctrl+t")
            await until(pilot, lambda name=theme.name: app.theme == name and f"theme: {name}" in shown(app))
    assert make_app(workspace).theme == THEMES[1].name
    assert make_app(workspace, theme=SAFE_DARK).theme == SAFE_DARK, "the settings say something else since"


def with_folder(app: TunerApp, folder: Path) -> TunerApp:
    app.appearance = replace(app.appearance, themes=folder)
    return app


async def test_themes_are_tried_on_and_kept_or_not(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "themes"
    folder.mkdir()
    (folder / "dusk.yaml").write_text("primary: '#88aaff'\nbackground: '#101020'\n")
    (folder / "broken.yaml").write_text("primary: blueish\n")
    app = with_folder(make_app(workspace), folder)
    async with app.run_test(size=MIDDLE) as pilot:
        await pilot.press("ctrl+y")
        await until(pilot, lambda: isinstance(app.screen, ThemeScreen) and "dusk" in shown(app))
        assert "primary: 'blueish' is no colour" in " ".join(shown(app).split())
        await pilot.press("end")
        await until(pilot, lambda: app.theme == "dusk")
        await pilot.press("escape")
        await until(pilot, lambda: app.theme == "tuner-dark" and not isinstance(app.screen, ThemeScreen))
        await pilot.press("ctrl+y")
        await until(pilot, lambda: isinstance(app.screen, ThemeScreen))
        app.screen.query_one(ThemeList).focus()
        await pilot.press("end", "enter")
        await until(pilot, lambda: not isinstance(app.screen, ThemeScreen))
        assert app.theme == "dusk" and app.theme_variables["primary"].lower() == "#88aaff"
    assert Session(workspace).read("theme") == {"name": "dusk", "instead_of": "tuner-dark"}


async def test_without_a_folder_there_are_ours(workspace: Workspace) -> None:
    app = make_app(workspace)
    async with app.run_test(size=MIDDLE) as pilot:
        await pilot.press("ctrl+y")
        await until(pilot, lambda: "told apart by everybody" in shown(app))


def test_a_theme_takes_what_it_leaves_out_from_ours(tmp_path: Path) -> None:
    path = tmp_path / "paper.yaml"
    path.write_text("dark: false\nbackground: ivory\nborder: '#998877'\n")
    theme = read_theme(path)
    assert (theme.name, theme.dark, theme.background, theme.surface) == ("paper", False, "#FFFFF0", "#FFFFF0")
    assert theme.primary == THEMES[1].primary and theme.variables["border"] == "#998877"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("primary: blueish", "primary: 'blueish' is no colour"),
        ("colour: red", "'colour' is no part of a theme"),
        ("name: tuner-dark", "cannot be named 'tuner-dark'"),
        ("name: ../x", "cannot be named '../x'"),
        ("dark: perhaps", "neither true nor false"),
        ("- a", "expected keys and values"),
    ],
)
def test_what_is_wrong_with_a_theme_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"mine\.yaml") as caught:
        read_theme(path)
    assert said in caught.value.message
    assert all_themes(tmp_path)[0] == [] and said in all_themes(tmp_path)[1][0]


def test_names_are_no_paths(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").touch()
    assert theme_file(tmp_path, "x") == tmp_path / "x.yaml"
    assert theme_file(tmp_path, "../x") is None and theme_file(tmp_path, "y") is None
    assert len(set(COLOURS)) == len(COLOURS)


async def test_a_theme_of_ones_own_may_be_named_in_the_settings(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "dusk.yaml").write_text("primary: '#88aaff'\n")
    ready = make_app(workspace, theme="dusk")
    assert ready.theme == "tuner-dark", "nobody said where it is"
    app = TunerApp(ready.services, replace(ready.appearance, themes=tmp_path), ready.surroundings)
    assert app.theme == "dusk" and app.remarks() == []
    (tmp_path / "dusk.yaml").write_text("primary: 3.x\n")
    broken = TunerApp(ready.services, replace(ready.appearance, themes=tmp_path), ready.surroundings)
    async with broken.run_test(size=MIDDLE) as pilot:
        await until(pilot, lambda: broken.theme == "tuner-dark" and "is no colour" in shown(broken))


def test_without_colour_only_what_stood_out_is_turned_around() -> None:
    dark = Color.parse("#12151b")
    segments = [
        Segment("text", Style(color="#d6dbe3", bgcolor="#12151b", bold=True)),
        Segment("cursor", Style(color="#12151b", bgcolor="#d6dbe3")),
        Segment("panel", Style(bgcolor="#1d222b", underline=True)),
        Segment("none"),
    ]
    text, cursor, panel, none = Colourless().apply(segments, dark)
    assert text.style == Style(bold=True, reverse=False) and cursor.style == Style(reverse=True)
    assert panel.style == Style(underline=True, reverse=False) and none.style is None


async def test_no_colour_is_drawn_where_none_is_wanted(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    add_several(workspace)
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(workspace)
    async with app.run_test(size=MIDDLE) as pilot:
        await settled(pilot, app)
        styles = [s.style for strip in app.screen._compositor.render_strips() for s in strip if s.style is not None]
        assert not [s for s in styles if s.color is not None or s.bgcolor is not None]
        assert [s for s in styles if s.reverse], "the cursor is seen all the same"
        for glyph in "◌●■✗✓":
            assert glyph in shown(app)
