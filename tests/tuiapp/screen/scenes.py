"""What there is to see on the screen: each scene a furnished workspace, and what is pressed in it."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual.pilot import Pilot

from tests.support.compared_runs import add_compared
from tests.support.foreign_runs import MLX_TABLE, hf_trainer_run, mlx_lm_run, save_console, synaptic_run
from tests.tuiapp.screen.fake_backend import BAD, GOOD, add_data, add_file
from tests.tuiapp.screen.fix_support import add_out_of_memory
from tests.tuiapp.screen.log_support import add_logged
from tests.tuiapp.screen.support import NOW, add_several, add_sft, main_screen, settled, shown, text_of, until
from tests.tuiapp.screen.test_new_run import open_editor
from tuiapp.app import TunerApp
from tuiapp.screens.choose_columns import ColumnsScreen
from tuiapp.screens.compare.screen import CompareScreen
from tuiapp.screens.confirm import ConfirmScreen
from tuiapp.screens.fix import FixScreen
from tuiapp.screens.help import HelpLines, HelpScreen
from tuiapp.screens.main.panes import Pane
from tuiapp.screens.main.screen import MainScreen
from tuiapp.widgets.form.form_pane import FormPane
from tuiapp.widgets.log_view.field import LogField
from tuner.config.workspace import Workspace
from tuner.discovery.references import find_folder
from tuner.discovery.run_folders import RunFolder
from tuner.runs.annotations import annotate


@dataclass(frozen=True)
class Look:
    """The application while a scene is set."""

    pilot: Pilot[None]
    app: TunerApp
    workspace: Workspace

    @property
    def main(self) -> MainScreen:
        return main_screen(self.app)

    async def settled(self) -> None:
        await settled(self.pilot, self.app)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
        await self.settled()

    async def until(self, holds: Callable[[], object], what: str = "") -> None:
        await until(self.pilot, holds, what)

    async def go(self, pane: Pane, *keys: str) -> None:
        """Focus a pane and press keys in it."""
        await self.settled()
        self.main.go_to(pane)
        await self.press(*keys)


Act = Callable[[Look], Awaitable[None]]
Furnish = Callable[[Workspace], object]
SCENES: dict[str, tuple[Furnish, Act]] = {}


def scene(furnish: Furnish) -> Callable[[Act], Act]:
    """Enter a scene under its function's name."""

    def enter(act: Act) -> Act:
        SCENES[act.__name__] = (furnish, act)
        return act

    return enter


def labelled(workspace: Workspace) -> None:
    """Runs of each kind, some with tags, a note, a pin."""
    add_several(workspace)
    add_compared(workspace)
    notes = {
        "household-sft": ("tools, candidate", "best so far"),
        "second": ("tools", ""),
        "lower-lr": ("", "diverged"),
    }
    for path in workspace.runs.iterdir():
        for name, (tags, note) in notes.items():
            if f"-{name}-" in path.name:
                kept = [t.strip() for t in tags.split(",") if t]
                annotate(RunFolder(path.name, path), workspace, tags=kept, note=note, pinned=name == "household-sft")


def theirs(workspace: Workspace) -> None:
    """Folders of other tools, an hour old by the screen's clock."""
    adapters = mlx_lm_run(workspace.root / "lm" / "qwen-mlx", (10, 20))
    save_console(adapters, MLX_TABLE)
    hf_trainer_run(workspace.root / "out" / "trl")
    synaptic_run(workspace.root, "kto")
    for path in (*workspace.root.rglob("*"), workspace.root):
        if not path.is_symlink():
            os.utime(path, (NOW - 3600, NOW - 3600))


def sound(workspace: Workspace) -> None:
    """A configuration without mistakes, and its data."""
    add_data(workspace)
    add_file(workspace, GOOD + "preference: {beta: 0.3}\n")


def mistaken(workspace: Workspace) -> None:
    """A configuration with mistakes."""
    add_data(workspace)
    add_file(workspace, BAD)


@scene(add_several)
async def live_run(s: Look) -> None:
    await s.settled()


@scene(add_sft)
async def finished_run_at_its_best(s: Look) -> None:
    await s.go(Pane.CHECKPOINTS, "b", "o")


@scene(add_several)
async def failed_run(s: Look) -> None:
    await s.settled()
    s.main.select("20261120-100100-sft-too-big-c01e")
    await s.settled()


@scene(labelled)
async def run_table_grouped_and_marked(s: Look) -> None:
    await s.go(Pane.RUNS, "z", "v", "home", "down", "space", "space")


@scene(add_sft)
async def charts_with_cursor_and_smoothing(s: Look) -> None:
    await s.go(Pane.CHARTS, "z", "]", "]", "end", "pageup", "pageup")
    await s.until(lambda: "smooth" in shown(s.app).lower())


@scene(lambda workspace: add_compared(workspace, 2))
async def overlay_of_two_runs(s: Look) -> None:
    await s.go(Pane.RUNS, "home", "space", "x")
    await s.until(lambda: "drawn over" in text_of(s.main.query_one("#status")))
    s.main.go_to(Pane.CHARTS)
    await s.until(lambda: re.search(r"A (first|second)", shown(s.app)), "both in the legend")


@scene(add_logged)
async def log_with_matches(s: Look) -> None:
    await s.go(Pane.LOG, "slash")
    await s.until(lambda: isinstance(s.app.focused, LogField))
    await s.press(*"step=10", "0", "enter")
    await s.until(lambda: "of 11 lines" in shown(s.app), shown(s.app))


@scene(add_compared)
async def comparison(s: Look) -> None:
    await s.go(Pane.RUNS, "home", "space", "space", "space", "V")
    await s.until(lambda: isinstance(s.app.screen, CompareScreen) and s.app.screen.comparison is not None)


@scene(labelled)
async def columns_to_choose(s: Look) -> None:
    await s.go(Pane.RUNS, "C")
    await s.until(lambda: isinstance(s.app.screen, ColumnsScreen))


@scene(lambda _: None)
async def empty_workspace(s: Look) -> None:
    await s.until(lambda: "no run is selected" in shown(s.app) or "no runs here yet" in shown(s.app))


@scene(theirs)
async def other_tools_runs(s: Look) -> None:
    await s.go(Pane.RUNS)
    await s.until(lambda: "qwen-mlx" in shown(s.app))
    s.main.select(find_folder(s.workspace, "qwen-mlx").id)
    await s.until(lambda: s.main.run is not None and s.main.run.name == "qwen-mlx")
    await s.go(Pane.CHARTS)


@scene(add_several)
async def help_of_every_key(s: Look) -> None:
    await s.settled()
    await s.press("question_mark")
    await s.until(lambda: isinstance(s.app.screen, HelpScreen) and s.app.screen.query_one(HelpLines).lines)


@scene(add_several)
async def question_before_stopping(s: Look) -> None:
    await s.settled()
    await s.press("s")
    await s.until(lambda: isinstance(s.app.screen, ConfirmScreen))


@scene(mistaken)
async def editor_with_issues(s: Look) -> None:
    screen = await open_editor(s.pilot, s.app, "quick.yaml")
    screen.query_one("#text").cursor_blink = False  # type: ignore[attr-defined]  # it is the text area


@scene(sound)
async def editor_form_and_preflight(s: Look) -> None:
    screen = await open_editor(s.pilot, s.app, "quick.yaml")
    form = screen.query_one(FormPane)
    form.go_to("preference.beta")
    form.go_to("method.lora.rank")
    await s.until(lambda: screen.machines.get("cpu") is not None)  # the preflight says then what it always says


@scene(sound)
async def editor_preflight(s: Look) -> None:
    screen = await open_editor(s.pilot, s.app, "quick.yaml")
    await s.pilot.press("tab")
    await s.until(lambda: "can train on cpu" in text_of(screen.query_one("#preflight")))


@scene(add_out_of_memory)
async def fix_of_a_run_out_of_memory(s: Look) -> None:
    await s.settled()
    await s.pilot.press("R")
    await s.until(lambda: isinstance(s.app.screen, FixScreen))
    await s.pilot.pause()
