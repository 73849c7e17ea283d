"""Writing a dataset in another format."""

from __future__ import annotations

from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input
from textual.worker import get_current_worker

from tuiapp.actions import Where
from tuiapp.messages import ExportTaken
from tuiapp.screens.data.messages import Converted, DataProgress
from tuiapp.screens.data.reading import Abandoned
from tuiapp.screens.data.request import DataRequest
from tuiapp.screens.guarded import guarded
from tuiapp.screens.writing import Writing
from tuiapp.widgets.bars import ActionBar, StatusLine
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.strips import Part, clip, fit
from tuner.runs.text_tail import inert

_FORMATS = {
    "messages": "role and content a turn, tools beside them",
    "conversations": "ShareGPT: from and value a turn",
    "prompt_completion": "what is asked and what is answered",
    "alpaca": "instruction, input, output",
    "labelled": "an answer with a label, for kto",
    "preference": "a chosen and a rejected answer, for dpo",
    "text": "plain text",
}


class FormatList(CursorPane):
    """The formats a dataset can be written in."""

    def on_mount(self) -> None:
        self.border_title = "As"
        self.set_count(len(_FORMATS))

    @property
    def selected(self) -> str:
        return list(_FORMATS)[self.cursor]

    def row_parts(self, index: int, width: int) -> list[Part]:
        name = list(_FORMATS)[index]
        return clip([(f"{fit(name, 18)} ", self.ink.text), (_FORMATS[name], self.ink.muted)], width)


class ConvertScreen(Writing[Converted]):
    """The rows of a dataset in another format."""

    WHERE = Where.CONVERT
    EXAMPLE = "data/new.jsonl"
    BINDINGS = bindings_for(Where.CONVERT)
    DEFAULT_CSS = """
    ConvertScreen #dialog {
        width: 76; max-width: 96%; height: auto; max-height: 96%;
        border: round $primary; border-title-color: $primary; background: $background; padding: 0 1;
    }
    ConvertScreen FormatList { height: 9; }
    ConvertScreen Input { border: round $border-blurred; background: $background; padding: 0 1; }
    ConvertScreen Input:focus { border: round $primary; }
    ConvertScreen ActionBar { background: $background; }
    """

    def __init__(self, asked: DataRequest) -> None:
        super().__init__()
        self._asked = asked
        self._proposed = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = f"Convert {inert(self._asked.path.name)}"
            yield FormatList(id="formats")
            yield Input(placeholder="name.jsonl", select_on_focus=False, id="file")
            yield StatusLine(id="status")
            yield ActionBar()

    def opened(self) -> None:
        self.query_one(Input).border_title = "Into .jsonl .json .csv .parquet"
        self.query_one(FormatList).focus()
        self.renew_bar()
        self._propose()

    @on(CursorPane.Moved, "#formats")
    def _propose(self) -> None:
        """A name that goes with the format, unless the person wrote another."""
        field, source = self.query_one(Input), self._asked.path
        if field.value == self._proposed:
            root, made = (
                self.tuner.services.workspace.root,
                f"{source.stem}-{self.query_one(FormatList).selected}.jsonl",
            )
            target = source.with_name(made)
            self._proposed = str(target.relative_to(root) if target.is_relative_to(root) else target)
            field.value = self._proposed

    @on(CursorPane.Chosen, "#formats")
    def _format_chosen(self) -> None:
        self.action_write()

    def write(self, target: Path, *, force: bool) -> None:
        self._convert(target, self.query_one(FormatList).selected, force=force)

    @work(thread=True, exclusive=True, group="converting", exit_on_error=False)
    def _convert(self, target: Path, to: str, *, force: bool) -> None:
        worker = get_current_worker()

        def going_on(rows: int, share: float | None) -> None:
            if worker.is_cancelled:
                raise Abandoned  # the screen is left: quitting does not wait for gigabytes
            part = f" · {share:.0%}" if share is not None else ""
            self.post_message(DataProgress(self._asked, f"writing… {rows:,} rows{part}"))

        def act() -> list[Message]:
            from tuiapp.handlers.data_convert import convert_dataset

            if target.is_file() and not force:
                return [ExportTaken(target)]
            try:
                made = convert_dataset(
                    self.tuner.services.context(),
                    str(self._asked.path),
                    str(target),
                    to,
                    force=force,
                    progress=going_on,
                )
            except Abandoned:
                return []
            left = made.report.problem_count
            note = f"{left:,} rows could not be converted" if left else ""
            return [Converted(made.target, made.written, made.bytes, note)]

        guarded(self.post_message, "converting", act)

    @on(DataProgress)
    def _going_on(self, event: DataProgress) -> None:
        if self.busy:
            self.say("", event.text)

    @on(Converted)
    def _converted(self, event: Converted) -> None:
        self.dismiss(event)
