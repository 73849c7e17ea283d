"""The threads of the Data mode: each ends in a message, and stops where nobody waits for it any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from textual import work
from textual.message import Message
from textual.worker import get_current_worker

from tuiapp.screens.base import ActingScreen
from tuiapp.screens.data.messages import DataFilesListed, DataInspected, DataProgress, MasksRead
from tuiapp.screens.data.request import DataRequest
from tuiapp.screens.guarded import guarded
from tuner.core.errors import TunerError
from tuner.runs.text_tail import inert


class Abandoned(Exception):
    """Something else was asked for meanwhile."""


class DataReading(ActingScreen[None]):
    """What is asked for last is what is read."""

    _wanted: DataRequest | None = None
    _one_mask = threading.Lock()
    """Held while a process makes masks: each loads torch, and keys that are held down would start dozens."""

    @work(thread=True, exclusive=True, group="listing", exit_on_error=False)
    def list_files(self) -> None:
        """Look for datasets in the workspace; ends in DataFilesListed."""

        def act() -> list[Message]:
            from tuiapp.handlers.data_files import list_data_files

            return [DataFilesListed(list_data_files(self.tuner.services.workspace))]

        guarded(self.post_message, "looking for datasets", act)

    def inspect_data(self, asked: DataRequest) -> None:
        """Look a file through; ends in DataInspected, unless another one is asked for meanwhile."""
        self._wanted = asked
        self._inspect(asked)

    @work(thread=True, exclusive=True, group="inspecting", exit_on_error=False)
    def _inspect(self, asked: DataRequest) -> None:
        def going_on(rows: int, share: float | None) -> None:
            if self._wanted is not asked or not self.is_running:
                raise Abandoned
            part = f" · {share:.0%}" if share is not None else ""
            self.post_message(DataProgress(asked, f"reading {inert(asked.path.name)}: {rows:,} rows{part}"))

        def act() -> list[Message]:
            from tuiapp.handlers.data import Inspection, inspect_file

            def look(model: str | None) -> Inspection:
                context, length = self.tuner.services.context(), asked.sequence_length
                return inspect_file(
                    context, str(asked.path), asked.objective, model=model, sequence_length=length, progress=going_on
                )

            try:
                return [DataInspected(asked, look(asked.model))]
            except TunerError as error:
                if asked.model is None:
                    raise
                # The rows can be told of without the model; and where it is the file that is broken, that is told.
                return [DataInspected(asked, look(None), inert(f"{error.message}: {error.hint}"))]

        self._unless_abandoned("reading the dataset", act)

    @work(thread=True, exclusive=True, group="masks", exit_on_error=False)
    def read_masks(self, asked: DataRequest, first: int, count: int) -> None:
        """Have rows collated as training would; ends in MasksRead. ``first`` counts usable rows from 1."""

        worker = get_current_worker()

        def act() -> list[Message]:
            from tuiapp.handlers.data import loss_masks

            with self._one_mask:
                if worker.is_cancelled:
                    raise Abandoned
                try:
                    rows = loss_masks(
                        self.tuner.services.context(),
                        asked.path,
                        model=asked.model or "",
                        objective=asked.objective,
                        sequence_length=asked.sequence_length,
                        start=first - 1,
                        rows=count,
                        given_up=lambda: worker.is_cancelled,
                    )
                except TunerError as error:
                    if worker.is_cancelled:
                        raise Abandoned from error
                    raise
            return [MasksRead(asked, first, rows)]

        self._unless_abandoned("making the loss mask", act)

    def _unless_abandoned(self, what: str, act: Callable[[], Iterable[Message]]) -> None:
        def caught() -> Iterable[Message]:
            try:
                return act()
            except Abandoned:
                return []

        guarded(self.post_message, what, caught)
