"""Changing runs: a worker writes, then all is looked at again; what can be brought back is remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from tuiapp.messages import Told, Undoable
from tuiapp.screens.guarded import guarded
from tuiapp.screens.main.finding import Finding
from tuiapp.widgets.run_table.table import RunTable
from tuner.runs.summary import RunSummary

if TYPE_CHECKING:
    from tuiapp.handlers.run_library import LibraryHandler

_ON_A_GROUP = "the cursor stands on a group"

Change = Callable[["LibraryHandler", str], object]
"""What is done to one run, by its id."""


class Changing(Finding):
    """The runs that an action is for, the change made to them, and its undoing."""

    def __init__(self) -> None:
        super().__init__()
        self._undoable: list[Undoable] = []

    def _targets(self, action_id: str) -> list[RunSummary]:
        runs = self.query_one(RunTable).targets
        if not runs and not self._refuses(action_id):
            self.say("⚠", _ON_A_GROUP, "go to a run, or mark some with Space")
        return runs

    @work(thread=True, group="acting", exit_on_error=False)
    def _change(
        self,
        runs: Sequence[RunSummary],
        done: str,
        change: Change,
        undo: Sequence[RunSummary] = (),
        trash: bool = False,
    ) -> None:
        if not runs:
            return

        def act() -> list[Message]:
            from tuiapp.handlers.run_library import LibraryHandler

            library = LibraryHandler(self.tuner.services.context())
            changed: list[RunSummary] = []
            try:
                for run in runs:
                    change(library, run.id)
                    changed.append(run)
            finally:  # what was done before one failed can be undone too
                undoable = [r for r in undo if r in changed]
                if undoable:
                    self.post_message(Undoable(undoable, trash))
            said = f"{done} {_called(runs)}"
            return [Told(f"{said} · Z undoes" if undo else said)]

        guarded(self.post_message, "changing the runs", act)
        self.app.call_from_thread(self.action_refresh_all)

    def action_undo(self) -> None:
        if not self._undoable:
            self.say("⚠", "Undo: nothing was deleted or archived since the start", "tuner runs restore ID")
            return
        self._bring_back(self._undoable.pop())

    @work(thread=True, group="acting", exit_on_error=False)
    def _bring_back(self, last: Undoable) -> None:
        def act() -> list[Message]:
            from tuiapp.handlers.run_library import LibraryHandler

            library = LibraryHandler(self.tuner.services.context())
            left = list(last.runs)
            try:
                for run in last.runs:
                    if last.trash:
                        library.restore(run.id)
                    else:
                        library.annotate(run.id, archived=False)
                    left.remove(run)
            finally:
                if left:
                    self.post_message(Undoable(left, last.trash))
            return [Told(f"brought back {_called(last.runs)}")]

        guarded(self.post_message, "bringing the runs back", act)
        self.app.call_from_thread(self.action_refresh_all)

    @on(Undoable)
    def _done_and_undoable(self, event: Undoable) -> None:
        self._undoable.append(event)

    def action_refresh_all(self) -> None:
        """Look at all runs again."""
        raise NotImplementedError


def _called(runs: Sequence[RunSummary]) -> str:
    return runs[0].id if len(runs) == 1 else f"{len(runs)} runs"
