"""The form over a configuration: changed by keys and mouse, the same text underneath."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from textual.events import Key
from textual.pilot import Pilot

from tests.tuiapp.screen.fake_backend import add_data, add_file, quick_backends
from tests.tuiapp.screen.support import SMALL, WIDE, in_a_hurry, make_app, shown, text_of, until
from tests.tuiapp.screen.test_new_run import checked, open_editor
from tuiapp.app import TunerApp
from tuiapp.screens.confirm import ConfirmScreen
from tuiapp.screens.editor.screen import EditorScreen
from tuiapp.screens.editor.text import ConfigurationText
from tuiapp.widgets.form.form_pane import FormPane
from tuiapp.widgets.issue_list import IssueList
from tuiapp.widgets.pane import LinePane
from tuner.config.workspace import Workspace
from tuner.config.yaml_nodes import comments_of

TEXT = """\
# Household assistant
objective: sft
model: {base_model: org/base-2m}   # a Hub id
datasets:
  training: data/train.jsonl       # rows
  validation: data/validation.jsonl
method:
  type: lora
  lora: {rank: 16}
schedule:
  max_steps: 3
  batch_size: 4   # fits
  sequence_length: 512
optimizer:
  learning_rate: 2e-4
"""

PROBE = "f24"


@dataclass(frozen=True)
class Editor:
    """The editor over a configuration, with its form in focus."""

    pilot: Pilot[None]
    app: TunerApp
    screen: EditorScreen
    form: FormPane
    probe: Probe

    @property
    def text(self) -> str:
        """The configuration's text with all that was changed."""
        return self.screen.text

    @property
    def help(self) -> str:
        return text_of(self.screen.query_one("#field-help"))

    @property
    def status(self) -> str:
        return text_of(self.screen.query_one("#status"))

    def preflight(self) -> str:
        return text_of(self.screen.query_one("#preflight", LinePane))

    async def press(self, *keys: str) -> None:
        """Press keys one by one, each once the one before was handled, however busy the machine is."""
        for key in keys:
            await self.pilot.press(key)
            await self.probe.comes_back(self.pilot)

    async def at(self, path: str, *keys: str, option: str = "") -> None:
        """Put the cursor on a parameter, and press keys there."""
        assert self.form.go_to(path, option)
        await self.press(*keys)

    async def until(self, text: str) -> None:
        await until(self.pilot, lambda: text in shown(self.app), f"{text} in\n{shown(self.app)}")

    async def gone(self, text: str) -> None:
        await until(self.pilot, lambda: text not in shown(self.app), f"{text} gone")

    async def checked(self) -> None:
        await checked(self.pilot, self.app)

    def row(self) -> str:
        """What stands in the cursor's row."""
        return text_of(self.form).split("\n")[self.form.cursor - self.form.scroll_offset.y]

    async def click(self, words: str, *, times: int = 1) -> None:
        """Click on words in the cursor's row."""
        at = self.form.content_region
        x, y = self.row().index(words), self.form.cursor - self.form.scroll_offset.y
        await self.pilot.click(offset=(at.x + x, at.y + y), times=times)
        await self.probe.comes_back(self.pilot)


@dataclass
class Probe:
    """A key that nothing takes: once it has gone from the terminal to a widget and up to the application again, so have
    all keys and clicks before it.
    """

    app: TunerApp
    seen: int = 0

    def __post_init__(self) -> None:
        takes = self.app._ahead.takes

        def looked_at(event: Key) -> bool:
            self.seen += event.key == PROBE
            return event.key == PROBE or takes(event)

        self.app._ahead.takes = looked_at  # type: ignore[method-assign]  # only this one is watched

    async def comes_back(self, pilot: Pilot[None]) -> None:
        before = self.seen
        self.app.post_message(Key(PROBE, None))
        await until(pilot, lambda: self.seen > before, "the keys to be handled")


@asynccontextmanager
async def editor(workspace: Workspace, text: str = TEXT, size: tuple[int, int] = WIDE) -> AsyncIterator[Editor]:
    add_data(workspace)
    add_file(workspace, text)
    app = make_app(workspace, backends=quick_backends())
    with in_a_hurry():
        async with app.run_test(size=size) as pilot:
            screen = await open_editor(pilot, app, "quick.yaml")
            yield Editor(pilot, app, screen, screen.query_one(FormPane), Probe(app))


async def test_each_kind_of_field_is_changed_by_its_keys(workspace: Workspace) -> None:
    async with editor(workspace) as e:
        await e.at("objective", "right")  # a choice
        await e.at("method.lora.rank", "right", "right", "left")  # a number, by its steps
        await e.at("schedule.batch_size", "1", "2", "enter")  # a number, typed
        await e.at("optimizer.learning_rate", "enter", *["backspace"] * 4, *"3e-5", "enter")
        await e.at("datasets.validation", "enter", "end", *"x.gz", "enter")  # a text
        await e.at("optimizations.enabled", "space", option="gradient_checkpointing")  # a tick
        await e.at("metadata.evaluate_first", "space")  # yes or no
        await e.at("method.lora.trainable_modules", "enter", *["backspace"] * 12, *"q, v", "enter")  # names
        await e.at("schedule.logging_steps", "shift+right")
        expected = (
            TEXT.replace("objective: sft", "objective: kto")
            .replace("{rank: 16}", "{rank: 32, trainable_modules: [q, v]}")
            .replace("batch_size: 4", "batch_size: 12")
            .replace("2e-4", "3e-5")
            .replace("validation.jsonl", "validation.jsonlx.gz")
            .replace("length: 512\n", "length: 512\n  logging_steps: 11\n")
        ) + "optimizations:\n  enabled: [gradient_checkpointing]\nmetadata:\n  evaluate_first: true\n"
        assert e.text == expected and comments_of(e.text) == comments_of(TEXT)


async def test_the_field_under_the_cursor_is_explained(workspace: Workspace) -> None:
    async with editor(workspace) as e:
        await e.at("schedule.sequence_length")
        await until(e.pilot, lambda: "tokens an example may have" in e.help)
        for told in ("schedule.sequence_length", "whole number", "512 to 33000", "tokens", "default 2048"):
            assert told in e.help or told == e.screen.query_one("#field-help").border_title
        await e.at("objective")
        await until(e.pilot, lambda: "what is learned" in e.help)
        assert "[sft]" in e.row() and "kto" in e.row()


async def test_a_value_that_cannot_be_read_stays_in_the_field(workspace: Workspace) -> None:
    async with editor(workspace) as e:
        await e.at("schedule.batch_size", "enter", *"xyz", "enter")
        await until(e.pilot, lambda: "expected a whole number" in e.help)
        assert e.app.focused is not None and e.app.focused.id == "field"
        await e.press("escape")
        assert e.form.has_focus and e.text == TEXT and e.app.screen is e.screen
        await e.at("schedule.batch_size", "enter", *["backspace"] * 9, "enter")  # nothing: the default
        assert "batch_size: 4   # fits" in e.text


async def test_a_value_goes_back_to_its_default(workspace: Workspace) -> None:
    async with editor(workspace) as e:
        await e.at("method.lora.rank", "delete")
        await e.at("optimizer.learning_rate", "delete")
        await until(e.pilot, lambda: e.form.field is not None and not e.form.field.is_set)
        assert "rank" not in e.text and "optimizer" not in e.text and comments_of(e.text) == comments_of(TEXT)
        assert "1e-5" in e.row()
        await e.at("schedule.batch_size", "delete")
        assert "batch_size: 4   # fits" in e.text


async def test_text_and_form_are_the_same_underneath(workspace: Workspace) -> None:
    async with editor(workspace) as e:
        await e.at("schedule.batch_size", "right", "ctrl+r")
        area = e.screen.query_one(ConfigurationText)
        assert area.has_focus and "batch_size: 8   # fits" in area.text
        assert area.document.get_line(area.cursor_location[0]).strip() == "batch_size: 8   # fits"
        await e.press("up", "end", "7", "ctrl+r")  # max_steps: 37
        assert e.form.has_focus and e.form.field is not None and e.form.field.field.path == "schedule.max_steps"
        await until(e.pilot, lambda: e.form.field is not None and e.form.field.value == 37)
        assert "Steps at most" in e.row() and "37" in e.row()
        await e.press("ctrl+r", "ctrl+r", "ctrl+r", "ctrl+z")
        assert area.text.count("max_steps: 37") == 0  # what was typed there can be undone


async def test_what_is_being_written_counts_when_the_view_changes(workspace: Workspace) -> None:
    async with editor(workspace) as e:
        await e.at("schedule.batch_size", "9", "ctrl+r")
        assert "batch_size: 9   # fits" in e.screen.query_one(ConfigurationText).text
        await e.press("ctrl+r")
        await e.at("schedule.batch_size", "7", "tab")
        await until(e.pilot, lambda: "batch_size: 7   # fits" in e.text)


async def test_a_text_that_is_no_yaml_is_told_in_place_of_the_form(workspace: Workspace) -> None:
    async with editor(workspace) as e:
        await e.press("ctrl+r", *"x: [", "ctrl+r")
        await e.until("the text is not YAML, so there is no form of it")
        await e.press("down", "enter", "delete", "a", "space", "right")  # nothing to change there
        await e.press("ctrl+r", *["backspace"] * 4, "ctrl+r")
        await e.until("Base model")


async def test_an_edit_that_has_no_place_in_the_text_is_told(workspace: Workspace) -> None:
    async with editor(
        workspace, TEXT.replace("{base_model: org/base-2m}", "&m {base_model: org/base-2m}") + "x: *m\n"
    ) as e:
        await e.at("model.base_model", "enter", *"9", "enter")
        await e.until("cannot be changed in its place")
        await until(e.pilot, lambda: "org/base-2m9" not in e.row())


async def test_what_a_backend_cannot_take_is_disabled_with_the_reason(workspace: Workspace) -> None:
    async with editor(workspace, TEXT + "seed: 1\n") as e:
        await e.press("b")
        await e.until("Preflight · lab")
        await e.at("objective")
        assert "⊘dpo" in e.row()
        await e.at("objective", "right", "right")  # sft, kto, and around
        assert "[sft]" in e.row()
        await e.at("preference.beta")
        assert "⊘" in e.row() and "sft has no preference" in e.row()
        await e.press("right")
        assert "sft has no preference" in e.status and "preference" not in e.text
        await e.at("seed", "5")
        assert "it has its own" in e.status
        await until(e.pilot, lambda: "it has its own" in e.help and "Delete takes it out" in e.help)
        await e.press("delete")
        assert "seed" not in e.text


async def test_another_backend_narrows_the_ranges_at_once(workspace: Workspace) -> None:
    async with editor(workspace, TEXT.replace("batch_size: 4 ", "batch_size: 32 ")) as e:
        await e.at("schedule.batch_size")
        assert "1 to 64" in e.row()
        await e.press("b")
        await until(e.pilot, lambda: "✗" in e.row() and "lab" in e.row(), e.row())
        await e.press("left")
        assert "batch_size: 16 " in e.text
        await e.press("b")  # and back
        await until(e.pilot, lambda: "1 to 64" in e.row(), e.row())


async def test_issues_stand_at_their_fields_and_lead_to_them(workspace: Workspace) -> None:
    wrong = TEXT.replace("batch_size: 4 ", "batch_size: 0 ") + "optimizer2: 1\nhardware: {num_gpus: 0}\n"
    async with editor(workspace, wrong) as e:
        await e.at("schedule.batch_size")
        assert "✗" in e.row() and "0 is out of range" in e.row()
        await e.until("▸ Hardware")
        assert "✗ 1" in text_of(e.form)
        issues = e.screen.query_one(IssueList)
        places = [i.path for i in issues.issues]
        issues.current = places.index("hardware.num_gpus") - 1
        await e.press("ctrl+n")
        assert e.form.field is not None and e.form.field.field.path == "hardware.num_gpus"
        await e.until("▾ Hardware")
        issues.current = places.index("optimizer2")
        await e.press("ctrl+o", "enter")  # the form has no such field; the text has the line
        area = e.screen.query_one(ConfigurationText)
        assert area.has_focus and area.document.get_line(area.cursor_location[0]) == "optimizer2: 1"


async def test_sections_open_and_fold(workspace: Workspace) -> None:
    async with editor(workspace) as e:
        await e.gone("Weight decay")
        row = next(i for i, r in enumerate(e.form.rows) if getattr(r, "section", "") == "optimizer")
        e.form.move_to(row)
        await e.press("enter")
        await e.until("Weight decay")
        await e.until("Enter folds")
        assert e.form.cursor == row
        await e.press("left")
        await e.gone("Weight decay")
        await e.press("a")
        await e.until("LoRA dropout")
        await e.press("a")
        await e.gone("LoRA dropout")


async def test_the_mouse_changes_what_it_is_aimed_at(workspace: Workspace) -> None:
    async with editor(workspace) as e:
        await e.at("objective")
        await e.click("kto")
        assert "objective: kto" in e.text
        await e.at("method.lora.rank")
        await e.click("›")
        assert "{rank: 32}" in e.text
        await e.click("‹")
        assert "{rank: 16}" in e.text
        await e.at("method.type")
        await e.click("⊘qlora")
        assert "the cpu backend has no qlora" in e.status
        await e.at("model.base_model")
        await e.click("org/", times=2)
        assert e.app.focused is not None and e.app.focused.id == "field"
        await e.press(*"x", "enter")
        assert "base-2mx" in e.text
        row = next(i for i, r in enumerate(e.form.rows) if getattr(r, "section", "") == "optimizations")
        e.form.move_to(row)
        await e.click("Optimizations")
        await e.at("optimizations.enabled", option="gradient_checkpointing")
        await e.click("[ ]")
        assert "enabled: [gradient_checkpointing]" in e.text
        await e.press("home")
        await e.click("lab")
        await e.until("Preflight · lab")


@pytest.mark.parametrize("by", ["keys", "mouse"])
async def test_a_small_screen_shows_one_pane_at_a_time(workspace: Workspace, by: str) -> None:
    async with editor(workspace, size=SMALL) as e:
        await e.until("[Form]")
        await e.gone("Preflight ·")
        for keys, tab, seen in (
            ("tab", "Preflight", "8 rows"),
            ("tab", "Issues", "Issues"),
            ("ctrl+r", "Text", "# rows"),
        ):
            if by == "keys":
                await e.press(keys)
            else:
                line = shown(e.app).split("\n")[1]
                await e.pilot.click(offset=(line.index(tab), 1))
            await e.until(f"[{tab}]")
            await e.until(seen)


async def test_panes_are_gone_through_both_ways(workspace: Workspace) -> None:
    async with editor(workspace) as e:
        names = []
        for key in ("tab", "tab", "tab", "shift+tab", "shift+tab"):
            await e.press(key)
            names.append(e.app.focused.id if e.app.focused is not None else None)
        assert names == ["preflight", "issues", "form", "issues", "preflight"]


async def test_leaving_asks_where_the_form_changed_something(workspace: Workspace) -> None:
    async with editor(workspace) as e:
        await e.at("schedule.batch_size", "right", "left")  # as it was
        await e.press("escape")
        await until(e.pilot, lambda: e.app.screen is not e.screen)
        assert not isinstance(e.app.screen, ConfirmScreen)


async def test_a_preset_shows_what_is_different_from_it(workspace: Workspace) -> None:
    async with editor(workspace) as e:
        await e.until("Different from quick.yaml: nothing")
        await e.at("schedule.batch_size", "right")
        await until(e.pilot, lambda: "schedule.batch_size  4 → 8" in e.preflight(), e.preflight())
        await e.checked()
        await until(e.pilot, lambda: "8 rows" in e.preflight() and "can train on cpu" in e.preflight())
