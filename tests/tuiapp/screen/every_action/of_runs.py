"""Runs, checkpoints and panes of the main screen, and what works anywhere."""

from __future__ import annotations

from textual.command import CommandPalette

from tests.support.foreign_runs import age, hf_trainer_run
from tests.support.run_builder import build_run
from tests.tuiapp.screen.every_action.deeds import Stage, deed, one_run
from tests.tuiapp.screen.support import MIDDLE, add_live, labels
from tuiapp.screens.chooser.screen import ChooserScreen
from tuiapp.screens.confirm import ConfirmScreen
from tuiapp.screens.editor.screen import EditorScreen
from tuiapp.screens.help import HelpScreen
from tuiapp.screens.main.panes import Pane
from tuiapp.screens.publish import PublishScreen
from tuiapp.screens.theme_picker import ThemeScreen
from tuiapp.widgets.checkpoint_table import CheckpointTable
from tuner.config.workspace import Workspace


@deed("run.new")
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(ChooserScreen))


@deed("run.clone")
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(EditorScreen))


@deed("run.stop", furnish=add_live)
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(ConfirmScreen) and "Stop this run?" in s.text)


@deed("run.delete")
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(ConfirmScreen) and "Delete this run?" in s.text)


def foreign_run(workspace: Workspace) -> None:
    """A run of another tool, and nothing else."""
    age(hf_trainer_run(workspace.root / "out" / "trl"))


@deed("run.adopt", furnish=foreign_run)
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(ConfirmScreen) and "Adopt this run?" in s.text)
    await s.press("y")
    await s.until(lambda: any(s.workspace.runs.glob("*-trl-*/manifest.json")) and "adopted as" in s.text)


@deed("run.find")
async def _(s: Stage) -> None:
    await s.does(lambda: s.app.focused is not None and s.app.focused.id == "find")


@deed("run.refresh")
async def _(s: Stage) -> None:
    s.main._stop.set()  # nobody watches the folder any more: only the key can find the run
    for worker in s.main.workers:
        if worker.group == "watching":
            await worker.wait()
    build_run(s.workspace.runs, name="just-arrived")
    await s.does(lambda: "just-arrived" in s.pane_text(Pane.RUNS))


@deed("checkpoint.best", furnish=one_run)
async def _(s: Stage) -> None:
    await s.does(lambda: "300 is best: highest eval_exact_match" in s.text)


@deed("checkpoint.pin", furnish=one_run, focus=Pane.CHECKPOINTS)
async def _(s: Stage) -> None:
    await s.does(lambda: "◆ pinned" in s.pane_text(Pane.CHECKPOINTS) and "checkpoint 300 is pinned" in s.text)


@deed("checkpoint.publish", furnish=one_run)
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(PublishScreen))


@deed("checkpoint.sort", furnish=one_run, focus=Pane.CHECKPOINTS)
async def _(s: Stage) -> None:
    await s.changes(lambda: s.pane_text(Pane.CHECKPOINTS))


@deed("checkpoint.reverse", furnish=one_run, focus=Pane.CHECKPOINTS)
async def _(s: Stage) -> None:
    before = labels(s.main.query_one(CheckpointTable))
    await s.does(lambda: labels(s.main.query_one(CheckpointTable)) == before[::-1])


@deed("pane.zoom", focus=Pane.LOG)
async def _(s: Stage) -> None:
    await s.does(lambda: s.pane(Pane.LOG).size.width > 140 and not s.pane(Pane.RUNS).display)


@deed("pane.leave", focus=Pane.CONFIG)
async def _(s: Stage) -> None:
    await s.press("z")
    await s.until(lambda: not s.pane(Pane.RUNS).display)
    await s.does(lambda: s.pane(Pane.RUNS).display)


@deed("pane.next")
async def _(s: Stage) -> None:
    await s.does(lambda: s.pane(Pane.CHARTS).has_focus)


@deed("pane.previous", focus=Pane.CHARTS)
async def _(s: Stage) -> None:
    await s.does(lambda: s.pane(Pane.RUNS).has_focus)


@deed("pane.wider")
async def _(s: Stage) -> None:
    before = s.pane(Pane.RUNS).size.width
    await s.does(lambda: s.pane(Pane.RUNS).size.width > before)


@deed("pane.narrower")
async def _(s: Stage) -> None:
    before = s.pane(Pane.RUNS).size.width
    await s.does(lambda: s.pane(Pane.RUNS).size.width < before)


@deed("pane.taller", focus=Pane.CHARTS)
async def _(s: Stage) -> None:
    before = s.pane(Pane.CHARTS).size.height
    await s.does(lambda: s.pane(Pane.CHARTS).size.height > before)


@deed("pane.lower", focus=Pane.CHARTS)
async def _(s: Stage) -> None:
    before = s.pane(Pane.CHARTS).size.height
    await s.does(lambda: s.pane(Pane.CHARTS).size.height < before)


@deed("pane.reset")
async def _(s: Stage) -> None:
    before = s.pane(Pane.RUNS).size.width
    await s.press(")")
    await s.until(lambda: s.pane(Pane.RUNS).size.width > before)
    await s.does(lambda: s.pane(Pane.RUNS).size.width == before)


@deed("app.quit")
async def _(s: Stage) -> None:
    await s.does(lambda: not s.app.is_running)


@deed("app.themes")
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(ThemeScreen))


@deed("app.theme", size=MIDDLE)
async def _(s: Stage) -> None:
    await s.does(lambda: s.app.theme == "tuner-light" and s.app.screen.styles.background.brightness > 0.9)


@deed("app.palette")
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(CommandPalette))


@deed("app.help")
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(HelpScreen))
