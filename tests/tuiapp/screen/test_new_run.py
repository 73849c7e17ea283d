"""Starting a run from the screen: choose, edit with its issues, launch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.pilot import Pilot

from tests.support.processes import none_left
from tests.tuiapp.screen.fake_backend import BAD, GOOD, WARNS, add_data, add_file, quick_backends
from tests.tuiapp.screen.support import JOB, WIDE, add_sft, main_screen, make_app, settled, shown, text_of, until
from tuiapp.app import TunerApp
from tuiapp.handlers.context import Context
from tuiapp.handlers.train import TrainHandler, TrainRequest
from tuiapp.screens.chooser.screen import ChooserScreen, SourceList
from tuiapp.screens.confirm import ConfirmScreen
from tuiapp.screens.editor.screen import EditorScreen
from tuiapp.screens.editor.text import ConfigurationText
from tuiapp.widgets.form.form_pane import FormPane
from tuiapp.widgets.issue_list import IssueList
from tuner.config.settings import Settings
from tuner.config.workspace import Workspace


@pytest.fixture
def ready(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace with data; whatever is started in it is ended with the test."""
    add_data(workspace)
    with none_left(workspace.root):
        yield workspace


async def open_editor(pilot: Pilot[None], app: TunerApp, title: str) -> EditorScreen:
    """Choose a configuration by its title, and wait for what validation says."""
    await pilot.press("n")
    await until(pilot, lambda: isinstance(app.screen, ChooserScreen) and title in shown(app), title)
    sources = app.screen.query_one(SourceList)
    for _ in range(60):
        if sources.selected is not None and sources.selected.title == title:
            break
        await pilot.press("down")
    await pilot.press("enter")
    return await checked(pilot, app)


async def checked(pilot: Pilot[None], app: TunerApp) -> EditorScreen:
    """The editor, once the text in it is validated."""
    await until(pilot, lambda: isinstance(app.screen, EditorScreen), "the editor")
    screen = app.screen
    assert isinstance(screen, EditorScreen)
    await until(pilot, lambda: screen.plan is not None and screen.plan.request.text == screen.text, "the plan")
    await pilot.pause()
    return screen


async def test_presets_runs_and_files_are_offered(ready: Workspace) -> None:
    add_sft(ready)
    add_file(ready, GOOD)
    app = make_app(ready, backends=quick_backends())
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("n")
        for text in ("Presets", "cpu/sft-lora", "Earlier runs", "household-sft", "Files", "quick.yaml"):
            await until(pilot, lambda text=text: text in shown(app), text)
        await until(pilot, lambda: "rtx presets not shown" in shown(app) or "rtx preset not shown" in shown(app))
        await pilot.press("escape")
        assert app.screen is main_screen(app)


async def test_the_issues_are_those_of_the_command_line(ready: Workspace) -> None:
    add_file(ready, BAD)
    app = make_app(ready, backends=quick_backends())
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_editor(pilot, app, "quick.yaml")
        context = Context(ready, Settings.model_validate({}), quick_backends())
        expected = TrainHandler(context).plan(TrainRequest(BAD)).issues
        issues = screen.query_one(IssueList)
        assert [i.as_dict() for i in issues.issues] == [i.as_dict() for i in expected] != []
        seen = text_of(issues)
        for issue in expected:
            assert f"line {issue.line} {issue.path}" in seen and issue.code in seen


async def test_errors_refuse_and_enter_goes_to_the_field(ready: Workspace) -> None:
    add_file(ready, BAD)
    app = make_app(ready, backends=quick_backends())
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_editor(pilot, app, "quick.yaml")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "to mend first" in shown(app))
        assert screen.query_one(IssueList).has_focus
        await pilot.press("down", "enter")
        form = screen.query_one(FormPane)
        await until(pilot, lambda: form.has_focus)
        issue = screen.query_one(IssueList).selected
        assert issue is not None
        assert form.field is not None and form.field.field.path == issue.path == "schedule.batch_size"
        assert not ready.runs.exists()


async def test_from_the_text_an_issue_leads_to_its_line(ready: Workspace) -> None:
    add_file(ready, BAD)
    app = make_app(ready, backends=quick_backends())
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_editor(pilot, app, "quick.yaml")
        text, issues = screen.query_one(ConfigurationText), screen.query_one(IssueList)
        await pilot.press("ctrl+r", "ctrl+o")
        await until(pilot, lambda: issues.has_focus)
        await pilot.press("down", "enter")
        await until(pilot, lambda: text.has_focus and issues.selected is not None)
        assert issues.selected is not None and text.cursor_location[0] + 1 == issues.selected.line


async def test_the_text_is_validated_as_it_is_typed(ready: Workspace) -> None:
    add_file(ready, GOOD)
    app = make_app(ready, backends=quick_backends())
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_editor(pilot, app, "quick.yaml")
        assert screen.plan is not None and screen.plan.ok
        await pilot.press("ctrl+r", "x")
        await until(pilot, lambda: any(i.code == "UNKNOWN_KEY" for i in screen.query_one(IssueList).issues))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("n")
        await until(pilot, lambda: app.screen is screen)


async def test_a_run_is_started_selected_and_watched_to_its_end(ready: Workspace) -> None:
    add_sft(ready)
    add_file(ready, GOOD)
    app = make_app(ready, backends=quick_backends())
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await open_editor(pilot, app, "quick.yaml")
        await pilot.press("ctrl+l")
        screen = main_screen(app)
        await until(pilot, lambda: app.screen is screen, "back on the main screen")
        await until(pilot, lambda: screen.run is not None and screen.run.name == "quick", "the new run to be selected")
        await until(pilot, lambda: screen.run is not None and screen.run.state == "succeeded", "its end", timeout=60)
        await until(pilot, lambda: "training is over" in shown(app) and "★" in shown(app))
        assert (screen.run.path / "job.yaml").read_text() == GOOD  # type: ignore[union-attr]  # waited for above


async def test_warnings_want_a_yes(ready: Workspace) -> None:
    add_file(ready, WARNS)
    app = make_app(ready, backends=quick_backends())
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_editor(pilot, app, "quick.yaml")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert "hardware.num_gpus" in shown(app) and "Accepting:" in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        assert not ready.runs.exists()
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        main = main_screen(app)
        await until(pilot, lambda: app.screen is main and main.run is not None and main.run.name == "quick")


async def test_a_copy_of_a_run_is_edited(ready: Workspace) -> None:
    add_sft(ready)
    app = make_app(ready, backends=quick_backends())
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("c")
        screen = await checked(pilot, app)
        assert screen.text == JOB


async def test_a_run_without_configuration_is_refused_in_words(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("up")
        await settled(pilot, app)
        await pilot.press("c")
        await until(pilot, lambda: "has no configuration to copy" in shown(app))
