"""What can be done to runs from the main screen: start, copy, stop, publish."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual import on, work
from textual.message import Message

from tuiapp.actions import by_id
from tuiapp.messages import CheckpointsRanked, Published, PublishPlanned, Told
from tuiapp.screens.guarded import guarded
from tuiapp.screens.main.arrangement import PaneArrangement
from tuiapp.screens.main.panes import Pane
from tuiapp.widgets.checkpoint_table import CheckpointTable
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.run_table.table import RunTable
from tuiapp.widgets.wording import size
from tuner.runs.summary import RunSummary


class RunActions(PaneArrangement):
    """The actions; the main screen adds the panes they act upon."""

    wanted: str | None = None
    """A run to select as soon as it is listed."""

    @property
    def run(self) -> RunSummary | None:
        """The selected run."""
        raise NotImplementedError

    def select(self, run_id: str) -> None:
        """Watch that run, as soon as it is listed."""
        raise NotImplementedError

    # Starting

    def action_new_run(self) -> None:
        from tuiapp.screens.chooser.screen import ChooserScreen

        self.app.push_screen(ChooserScreen(), self._started)

    def action_clone_run(self) -> None:
        if self._refuses("run.clone"):
            return
        from tuiapp.screens.chooser.sources import Source, SourceKind
        from tuiapp.screens.editor.screen import EditorScreen

        run = self.run
        assert run is not None  # or it had been refused
        self.app.push_screen(EditorScreen(Source(SourceKind.RUN, run.name, run.id, run.path)), self._started)

    def _started(self, run_id: str | None) -> None:
        if run_id is not None:
            self.say("✓", f"{run_id} is started; it goes on when this screen is closed")
            self.select(run_id)
            self.go_to(Pane.CHARTS)

    # Datasets

    def action_open_data(self) -> None:
        from tuiapp.screens.data.screen import DataScreen

        self.app.push_screen(DataScreen(self.query_one(RunTable).runs))

    # Stopping

    def action_stop_run(self) -> None:
        if self._refuses("run.stop"):
            return
        run = self.run
        assert run is not None  # or it had been refused
        self._ask(
            "Stop this run?",
            [run.name, run.id, "", "It stops at its next step and saves a checkpoint first."],
            "Stop it",
            lambda: self._cancel(run.path),
        )

    def _ask(self, title: str, lines: list[str], yes: str, do: Callable[[], object]) -> None:
        from tuiapp.screens.confirm import ConfirmScreen

        def answered(answer: bool | None) -> None:
            if answer:
                do()

        self.app.push_screen(ConfirmScreen(title, lines, yes), answered)

    @work(thread=True, group="acting", exit_on_error=False)
    def _cancel(self, run_dir: Path) -> None:
        def act() -> list[Message]:
            from tuiapp.handlers.runs import RunsHandler

            RunsHandler(self.tuner.services.context()).cancel(run_dir)
            return [Told(f"asked {run_dir.name} to stop; it saves first")]

        guarded(self.post_message, "stopping the run", act)

    # Checkpoints

    def action_best(self) -> None:
        if self._refuses("checkpoint.best"):
            return
        self.go_to(Pane.CHECKPOINTS)
        best = self.query_one(CheckpointTable).go_to_best()
        if best is None:
            self.say("⚠", "no checkpoint of this run has a score", "a validation set gives one: datasets.validation")
        else:
            self.say("★", f"{best.label} is best: {best.why}")

    def action_pin_checkpoint(self) -> None:
        row, run = self.query_one(CheckpointTable).selected, self.run
        if not self._refuses("checkpoint.pin") and row is not None and run is not None:
            self._pin(run, f"{run.id}@{row.reference}", not row.pinned)

    @work(thread=True, group="acting", exit_on_error=False)
    def _pin(self, run: RunSummary, reference: str, pinned: bool) -> None:
        def act() -> list[Message]:
            from tuiapp.handlers.checkpoint_rows import read_rows
            from tuiapp.handlers.pins import pin_checkpoint

            done = pin_checkpoint(self.tuner.services.context(), reference, pinned=pinned)
            text = f"checkpoint {done.label} is {'pinned: it is kept for good' if pinned else 'pinned no longer'}"
            return [Told(text), CheckpointsRanked(run.id, read_rows(run.path))]

        guarded(self.post_message, "pinning the checkpoint", act)

    def action_sort_next(self) -> None:
        if not self._refuses("checkpoint.sort"):
            self.query_one(CheckpointTable).sort_next()

    def action_sort_reverse(self) -> None:
        if not self._refuses("checkpoint.reverse"):
            self.query_one(CheckpointTable).reverse()

    def action_publish(self) -> None:
        run = self.run
        if not self._refuses("checkpoint.publish") and run is not None:
            self._plan_publishing(f"{run.id}@best")

    @on(CursorPane.Chosen, "#checkpoints")
    def _checkpoint_chosen(self) -> None:
        row, run = self.query_one(CheckpointTable).selected, self.run
        if row is not None and run is not None:
            self._plan_publishing(f"{run.id}@{row.reference}")

    @work(thread=True, exclusive=True, group="publishing", exit_on_error=False)
    def _plan_publishing(self, reference: str) -> None:
        def act() -> list[Message]:
            from tuiapp.handlers.upload import UploadHandler, UploadRequest

            return [PublishPlanned(UploadHandler(self.tuner.services.context()).plan(UploadRequest(reference)))]

        guarded(self.post_message, "planning the publication", act)

    @on(PublishPlanned)
    def _publish_planned(self, event: PublishPlanned) -> None:
        from tuiapp.screens.publish import PublishScreen

        def done(published: Published | None) -> None:
            if published is not None:
                text = f"published {published.label} to {published.target}"
                self.say("✓", text)
                self.notify(text, title=f"✓ {size(event.plan.bytes)} published", markup=False)

        self.app.push_screen(PublishScreen(event.plan), done)

    # Looking around

    @on(CursorPane.Chosen, "#runs")
    def _run_chosen(self) -> None:
        self.go_to(Pane.CHARTS)

    def _refuses(self, action_id: str) -> bool:
        """Say why an action has no sense now, where it has none."""
        action = by_id(action_id)
        why = self.why_not(action)
        if why:
            self.say("⚠", f"{action.title}: {why}")
        return bool(why)
