"""Starting a run from a plan: errors refuse, warnings ask, then it is submitted and started by a worker."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from tuiapp.messages import Refused, RunStarted
from tuiapp.screens.base import ActingScreen
from tuiapp.screens.guarded import guarded
from tuner.core.issues import Severity
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.train import TrainPlan


class Launching(ActingScreen[str]):
    """Ends with the id of the run that was started."""

    launching = False
    """Whether a run is being started: a second key does nothing."""

    def launch(self, plan: TrainPlan, accepted: Container[str] = ()) -> None:
        """Start a plan without errors; its warnings want a yes, but for those accepted before ("path: message")."""
        warnings = [i for i in plan.issues if i.severity is Severity.WARNING]
        codes = sorted({i.code for i in warnings})
        fresh = [i for i in warnings if f"{i.path}: {i.message}" not in accepted]
        if self.launching:
            return
        if not fresh:
            self._start(plan, codes)
            return
        from tuiapp.screens.confirm import ConfirmScreen

        lines = [f"⚠ {inert(i.path)}: {inert(i.message)}" for i in fresh]
        lines += ["", f"Accepting: {', '.join(sorted({i.code for i in fresh}))}"]

        def answered(yes: bool | None) -> None:
            if yes:
                self._start(plan, codes)

        self.app.push_screen(ConfirmScreen("Start in spite of these warnings?", lines, "Accept and start"), answered)

    def _start(self, plan: TrainPlan, accept: list[str]) -> None:
        self.launching = True
        self.say("", "starting…")
        self._submit(plan, accept)

    @work(thread=True, exclusive=True, group="launching", exit_on_error=False)
    def _submit(self, plan: TrainPlan, accept: list[str]) -> None:
        def act() -> list[Message]:
            from tuiapp.handlers.train import TrainHandler

            handler = TrainHandler(self.tuner.services.context())
            run_dir = handler.submit(plan, accept)
            handler.start(run_dir)
            return [RunStarted(run_dir.name)]

        guarded(self.post_message, "starting the run", act)

    @on(RunStarted)
    def _run_started(self, event: RunStarted) -> None:
        self.dismiss(event.run_id)

    @on(Refused)
    def _launch_refused(self) -> None:
        self.launching = False
