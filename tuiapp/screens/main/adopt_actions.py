"""Making another tool's run one of this workspace."""

from __future__ import annotations

from textual import on, work
from textual.message import Message

from tuiapp.messages import Adopted
from tuiapp.screens.guarded import guarded
from tuiapp.screens.main.run_actions import RunActions


class AdoptActions(RunActions):
    """Asks, adopts in a thread, and selects the new run."""

    def action_adopt_run(self) -> None:
        if self._refuses("run.adopt"):
            return
        run = self.run
        assert run is not None  # or it had been refused
        lines = [
            f"{run.name} was made by {run.source}.",
            str(run.path),
            "",
            "A run of this workspace is made from it: checkpoints are linked where that can be, copied where not.",
            "The original stays as it is.",
        ]
        self._ask("Adopt this run?", lines, "Adopt it", lambda: self._adopt(run.id))

    @work(thread=True, exclusive=True, group="acting", exit_on_error=False)
    def _adopt(self, run_id: str) -> None:
        def act() -> list[Message]:
            from tuiapp.handlers.adopt import AdoptHandler

            return [Adopted(AdoptHandler(self.tuner.services.context()).adopt(run_id).id)]

        guarded(self.post_message, "adopting the run", act)

    @on(Adopted)
    def _adopted(self, event: Adopted) -> None:
        self.say("✓", f"adopted as {event.run_id}")
        self.select(event.run_id)
