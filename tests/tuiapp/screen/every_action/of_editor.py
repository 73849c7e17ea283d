"""Editing a configuration: form, text, issues, launching; and mending a run that ran out of memory."""

from __future__ import annotations

from tests.tuiapp.screen.every_action.deeds import Stage, deed, one_run
from tests.tuiapp.screen.fake_backend import BAD, add_data, add_file
from tests.tuiapp.screen.fix_support import add_out_of_memory
from tests.tuiapp.screen.support import add_sft
from tests.tuiapp.screen.test_new_run import open_editor
from tuiapp.screens.editor.screen import EditorScreen
from tuiapp.screens.editor.text import ConfigurationText
from tuiapp.screens.fix import FixScreen
from tuiapp.widgets.form.form_pane import FormPane
from tuiapp.widgets.issue_list import IssueList
from tuiapp.widgets.preflight.pane import PreflightPane
from tuner.config.workspace import Workspace
from tuner.core.states import LIVE_STATES
from tuner.runs.state_file import read_state


def with_mistakes(workspace: Workspace) -> None:
    """A run to select, and a configuration with mistakes."""
    add_data(workspace)
    add_file(workspace, BAD)
    add_sft(workspace)


async def form(s: Stage, path: str = "") -> FormPane:
    """The form with the cursor on a parameter."""
    screen = await open_editor(s.pilot, s.app, "quick.yaml")
    pane = screen.query_one(FormPane)
    if path:
        assert pane.go_to(path)
        await s.pilot.pause()
    return pane


def value(pane: FormPane) -> object:
    assert pane.field is not None
    return pane.value_of(pane.field)


@deed("form.write")
async def _(s: Stage) -> None:
    await form(s, "model.base_model")
    await s.does(lambda: s.app.focused is not None and s.app.focused.id == "field")


@deed("form.more")
async def _(s: Stage) -> None:
    pane = await form(s, "schedule.batch_size")
    await s.does(lambda: value(pane) == 2)


@deed("form.less")
async def _(s: Stage) -> None:
    pane = await form(s, "method.lora.rank")
    await s.does(lambda: value(pane) == 4)


@deed("form.more_finely")
async def _(s: Stage) -> None:
    pane = await form(s, "method.lora.rank")
    await s.does(lambda: value(pane) == 9)


@deed("form.less_finely")
async def _(s: Stage) -> None:
    pane = await form(s, "method.lora.rank")
    await s.does(lambda: value(pane) == 7)


@deed("form.tick")
async def _(s: Stage) -> None:
    pane = await form(s)
    pane.go_to("optimizations.enabled", "gradient_checkpointing")
    await s.does(lambda: value(pane) == ["gradient_checkpointing"])


@deed("form.default")
async def _(s: Stage) -> None:
    pane = await form(s, "schedule.sequence_length")
    await s.does(lambda: value(pane) == 2048)


@deed("form.backend")
async def _(s: Stage) -> None:
    pane = await form(s)
    await s.does(lambda: pane.state is not None and pane.state.backend == "lab")


@deed("form.fold_all")
async def _(s: Stage) -> None:
    await form(s)
    await s.does(lambda: "Architecture" in s.text)


@deed("editor.view")
async def _(s: Stage) -> None:
    screen = await open_editor(s.pilot, s.app, "quick.yaml")
    await s.does(lambda: screen.query_one(ConfigurationText).has_focus)


@deed("editor.pane")
async def _(s: Stage) -> None:
    screen = await open_editor(s.pilot, s.app, "quick.yaml")
    await s.does(lambda: screen.query_one(PreflightPane).has_focus)


@deed("editor.pane_before")
async def _(s: Stage) -> None:
    screen = await open_editor(s.pilot, s.app, "quick.yaml")
    await s.does(lambda: screen.query_one(IssueList).has_focus)


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
    await s.changes(lambda: screen.query_one(FormPane).cursor)


@deed("editor.back")
async def _(s: Stage) -> None:
    await open_editor(s.pilot, s.app, "quick.yaml")
    await s.ends()


@deed("run.fix", furnish=add_out_of_memory)
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(FixScreen))


@deed("fix.start", furnish=add_out_of_memory)
async def _(s: Stage) -> None:
    await s.open(FixScreen, "R")
    await s.does(lambda: len([p for p in s.workspace.runs.iterdir() if not p.name.startswith(".")]) == 2)
    await s.until(lambda: all(read_state(p).state not in LIVE_STATES for p in s.workspace.runs.glob("2*")))


@deed("fix.edit", furnish=add_out_of_memory)
async def _(s: Stage) -> None:
    await s.open(FixScreen, "R")
    await s.does(lambda: s.on(EditorScreen))


@deed("fix.back", furnish=add_out_of_memory)
async def _(s: Stage) -> None:
    await s.open(FixScreen, "R")
    await s.ends()
