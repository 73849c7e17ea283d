"""Mending a run that ran out of memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from tuiapp.messages import Refused
from tuiapp.screens.guarded import guarded
from tuiapp.screens.main.run_actions import RunActions
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.fixes import ProposedFix


@dataclass(eq=False, repr=False)
class FixProposed(Message):
    """What to change in the configuration of a run that ran out of memory."""

    fix: ProposedFix
    name: str
    run_dir: Path


class FixActions(RunActions):
    """R works out what would fit, and shows it as a difference."""

    def action_fix_run(self) -> None:
        run = self.run
        if not self._refuses("run.fix") and run is not None:
            self.say("", "working out what would fit…")
            self._propose_fix(run.id, run.name, run.path)

    @work(thread=True, exclusive=True, group="mending", exit_on_error=False)
    def _propose_fix(self, run_id: str, name: str, run_dir: Path) -> None:
        def act() -> list[Message]:
            from tuiapp.handlers.fixes import proposed_fix

            fix = proposed_fix(self.tuner.services.context(), run_id)
            if fix is None or not fix.changes:
                told = f"nothing is left to change for {inert(name)} that needs less memory"
                return [Refused(told, "take a smaller model, or a machine with more memory")]
            return [FixProposed(fix, name, run_dir)]

        guarded(self.post_message, "working out what would fit", act)

    @on(FixProposed)
    def _fix_proposed(self, event: FixProposed) -> None:
        from tuiapp.screens.fix import FixScreen

        self.say("", "")
        self.app.push_screen(FixScreen(event.fix, event.name, event.run_dir), self._started)
