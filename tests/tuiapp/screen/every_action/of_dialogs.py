"""Choosing, editing, publishing, asking, themes, help."""

from __future__ import annotations

from tests.tuiapp.screen.every_action.deeds import Stage, deed, one_run
from tests.tuiapp.screen.fake_backend import BAD, add_data, add_file
from tests.tuiapp.screen.support import add_sft
from tests.tuiapp.screen.test_new_run import open_editor
from tuiapp.screens.chooser.screen import ChooserScreen
from tuiapp.screens.confirm import ConfirmScreen
from tuiapp.screens.editor.screen import EditorScreen
from tuiapp.screens.help import HelpScreen
from tuiapp.screens.publish import PublishScreen
from tuiapp.screens.theme_picker import ThemeScreen
from tuiapp.widgets.issue_list import IssueList
from tuner.config.workspace import Workspace
from tuner.core.states import LIVE_STATES
from tuner.runs.state_file import read_state


def with_mistakes(workspace: Workspace) -> None:
    """A run to select, and a configuration with mistakes."""
    add_data(workspace)
    add_file(workspace, BAD)
    add_sft(workspace)


@deed("chooser.edit")
async def _(s: Stage) -> None:
    await s.open(ChooserScreen, "n")
    await s.until(lambda: "quick.yaml" in s.text)
    await s.does(lambda: s.on(EditorScreen))


@deed("chooser.back")
async def _(s: Stage) -> None:
    await s.open(ChooserScreen, "n")
    await s.ends()


@deed("editor.launch", furnish=one_run)
async def _(s: Stage) -> None:
    await open_editor(s.pilot, s.app, "quick.yaml")
    before = {p.name for p in s.workspace.runs.iterdir()}

    def ended() -> bool:
        new = [p for p in s.workspace.runs.iterdir() if p.name not in before and not p.name.startswith(".")]
        return bool(new) and read_state(new[0]).state not in LIVE_STATES

    await s.does(ended)


@deed("editor.issues", furnish=with_mistakes)
async def _(s: Stage) -> None:
    screen = await open_editor(s.pilot, s.app, "quick.yaml")
    await s.does(lambda: screen.query_one(IssueList).has_focus)


@deed("editor.next_issue", furnish=with_mistakes)
async def _(s: Stage) -> None:
    screen = await open_editor(s.pilot, s.app, "quick.yaml")
    await s.changes(lambda: screen.query_one("ConfigurationText").cursor_location)  # type: ignore[attr-defined]


@deed("editor.back")
async def _(s: Stage) -> None:
    await open_editor(s.pilot, s.app, "quick.yaml")
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
