"""The configuration behind the editor: read, edited, and checked by workers while somebody types."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message
from textual.timer import Timer
from textual.worker import get_current_worker

from tuiapp.messages import PlanMade
from tuiapp.screens.chooser.sources import Source, read_source
from tuiapp.screens.editor.draft import Draft
from tuiapp.screens.editor.messages import EnvironmentRead, FormRead, SourceRead
from tuiapp.screens.guarded import guarded
from tuiapp.screens.launching import Launching
from tuner.core.errors import TunerError
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.form_reading import Edit
    from tuiapp.handlers.train import TrainPlan

_PAUSE = 0.25
"""Seconds without a key after which the configuration is checked."""


class Checking(Launching):
    """Holds the draft; what stands in it is checked a quarter of a second after the last change."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.draft = Draft()
        self.plan: TrainPlan | None = None
        """What validation says of the present text; None while it is at it."""
        self.original: str | None = None
        """The text of what the configuration was made from; None until it is read."""
        self.backend: str | None = source.backend
        self._pause: Timer | None = None

    @property
    def text(self) -> str:
        """The text as it stands."""
        return self.draft.text

    @work(thread=True, exclusive=True, group="reading", exit_on_error=False)
    def read(self) -> None:
        """Read what the configuration is made from; ends in SourceRead."""

        def act() -> list[Message]:
            text, backend = read_source(self.source)
            shown = text if self.source.text is None else self.source.text
            clean = ["\n".join(inert(line) for line in one.split("\n")) for one in (text, shown)]
            return [SourceRead(clean[0], clean[1], backend)]

        guarded(self.post_message, "reading the configuration", act)

    def changed(self) -> None:
        """Something was changed: what was validated is not what stands there."""
        self.plan = None
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(_PAUSE, self.check)

    def check(self) -> None:
        """Check the draft now."""
        self._check(self.draft.base, dict(self.draft.edits), self.backend, self.original or "")

    @work(thread=True, exclusive=True, group="validating", exit_on_error=False)
    def _check(self, text: str, edits: Mapping[str, Edit], backend: str | None, original: str) -> None:
        worker = get_current_worker()

        def act() -> Iterator[Message]:
            from tuiapp.handlers.form_reading import differences, read_form, with_edits
            from tuiapp.handlers.train import TrainHandler, TrainRequest

            new, problems = with_edits(text, edits)
            context = self.tuner.services.context()
            try:
                form = read_form(context, new, backend)
                yield FormRead(text, edits, new, form, problems, differences(original, new))
                if worker.is_cancelled:
                    return  # somebody typed on
                yield PlanMade(new, TrainHandler(context).plan(TrainRequest(new, form.backend)))
            except TunerError as error:
                told = f"{error.message}. {error.hint}" if error.hint else error.message
                yield PlanMade(new, None, inert(told))

        guarded(self.post_message, "validating", act)

    def look_at_environment(self, backend: str) -> None:
        """Ask whether this machine can train on a backend; ends in EnvironmentRead.

        In a thread of its own: it may take seconds, and quitting never waits for it.
        """
        services = self.tuner.services

        def act() -> list[Message]:
            from tuiapp.handlers.backends import describe_backend

            info = describe_backend(services.context(), backend)
            return [EnvironmentRead(backend, info.available, inert(info.message.partition(". ")[0]))]

        work = partial(guarded, self.post_message, "looking at the machine", act)
        threading.Thread(target=work, daemon=True, name="environment").start()
