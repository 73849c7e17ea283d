"""A dialog that writes a file: once at a time, and over another file only after a yes."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, TypeVar

from textual import on
from textual.widgets import Input

from tuiapp.messages import ExportTaken, Refused
from tuiapp.screens.base import ActingModal
from tuner.runs.text_tail import inert

Result = TypeVar("Result")


class Writing(ActingModal[Result], Generic[Result]):
    """Ends with what was written, or None. The file's name stands in its only Input."""

    EXAMPLE = ""
    """A name for the file, where none was given."""
    busy = False
    """Whether it is being written: a second Enter does nothing, and Escape waits for the end."""

    def write(self, target: Path, *, force: bool) -> object:
        """Begin to write in a worker; ends in a message of its own, in ExportTaken or in Refused."""
        raise NotImplementedError

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_write()

    def action_write(self) -> None:
        text = self.query_one(Input).value.strip()
        if not text:
            self.say("⚠", "the file has no name yet", f"e.g. {self.EXAMPLE}")
        elif not self.busy:
            self._start(self.tuner.services.workspace.resolve(text), force=False)

    def action_back(self) -> None:
        if not self.busy:
            self.dismiss(None)

    def _start(self, target: Path, *, force: bool) -> None:
        self.busy = True
        self.say("", "writing…")
        self.write(target, force=force)

    @on(ExportTaken)
    def _taken(self, event: ExportTaken) -> None:
        from tuiapp.screens.confirm import ConfirmScreen

        self.busy = False
        self.say("", "")

        def answered(answer: bool | None) -> None:
            if answer:
                self._start(event.path, force=True)

        self.app.push_screen(ConfirmScreen("Overwrite this file?", [inert(str(event.path))], "Overwrite it"), answered)

    @on(Refused)
    def _writing_refused(self) -> None:
        self.busy = False
