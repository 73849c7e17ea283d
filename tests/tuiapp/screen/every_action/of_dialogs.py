"""Choosing, publishing, asking, themes, help."""

from __future__ import annotations

from tests.tuiapp.screen.every_action.deeds import Stage, deed, one_run
from tuiapp.screens.chooser.screen import ChooserScreen
from tuiapp.screens.confirm import ConfirmScreen
from tuiapp.screens.editor.screen import EditorScreen
from tuiapp.screens.help import HelpScreen
from tuiapp.screens.publish import PublishScreen
from tuiapp.screens.theme_picker import ThemeScreen


@deed("chooser.edit")
async def _(s: Stage) -> None:
    await s.open(ChooserScreen, "n")
    await s.until(lambda: "quick.yaml" in s.text)
    await s.does(lambda: s.on(EditorScreen))


@deed("chooser.back")
async def _(s: Stage) -> None:
    await s.open(ChooserScreen, "n")
    await s.ends()


@deed("publish.do", furnish=one_run)
async def _(s: Stage) -> None:
    await s.open(PublishScreen, "u")
    await s.does(lambda: (s.workspace.root / "published" / "household-sft" / "README.md").is_file())


@deed("publish.back", furnish=one_run)
async def _(s: Stage) -> None:
    await s.open(PublishScreen, "u")
    await s.ends()
    assert not (s.workspace.root / "published").exists()


@deed("confirm.yes")
async def _(s: Stage) -> None:
    run = s.main.run
    assert run is not None
    await s.open(ConfirmScreen, "d")
    await s.does(lambda: not run.path.exists())


@deed("confirm.no")
async def _(s: Stage) -> None:
    run = s.main.run
    assert run is not None
    await s.open(ConfirmScreen, "d")
    await s.ends()
    assert run.path.exists()


@deed("theme.keep")
async def _(s: Stage) -> None:
    await s.open(ThemeScreen, "ctrl+y")
    before = s.app.theme
    await s.press("down")
    await s.until(lambda: s.app.theme != before)
    tried = s.app.theme
    await s.ends()
    assert s.app.theme == tried


@deed("theme.back")
async def _(s: Stage) -> None:
    before = s.app.theme
    await s.open(ThemeScreen, "ctrl+y")
    await s.press("down")
    await s.until(lambda: s.app.theme != before)
    await s.does(lambda: s.app.theme == before and not s.on(ThemeScreen))


@deed("help.close")
async def _(s: Stage) -> None:
    await s.open(HelpScreen, "question_mark")
    await s.ends()
