"""Looking datasets through: files at the left, what is in one and what of it is learned at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.timer import Timer

from tuiapp.actions import Where
from tuiapp.formatting import size
from tuiapp.messages import Refused
from tuiapp.screens.data.arrangement import TABS, DataArrangement
from tuiapp.screens.data.messages import Converted, DataFilesListed, DataInspected, DataProgress, MasksRead
from tuiapp.screens.data.panes import DataFiles, MaskPane, ReportPane
from tuiapp.widgets.bars import ActionBar, StatusLine, TabBar, TopBar
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.strips import fit_middle
from tuner.runs.summary import RunSummary
from tuner.runs.text_tail import inert

_PAUSE = 0.25
"""Seconds that the cursor rests on a file before it is read."""
_ROWS = 20
"""Rows whose mask is asked for at once."""


class DataScreen(DataArrangement):
    """``runs`` say which models there are, and which was trained on which file."""

    WHERE = Where.DATA
    BINDINGS = bindings_for(Where.DATA, Where.ANYWHERE)
    DEFAULT_CSS = """
    DataScreen #data { height: 1fr; layout: horizontal; }
    DataScreen DataFiles { width: 36%; max-width: 60; height: 1fr; }
    DataScreen #about { width: 1fr; height: 1fr; }
    DataScreen ReportPane { height: 2fr; }
    DataScreen MaskPane { height: 3fr; }
    DataScreen TabBar { display: none; }
    DataScreen.-narrow TabBar { display: block; }
    DataScreen.-narrow #data { layout: vertical; }
    DataScreen.-narrow DataFiles, DataScreen.-narrow ReportPane, DataScreen.-narrow MaskPane {
        display: none; width: 1fr; height: 1fr;
    }
    DataScreen.-narrow.-files DataFiles, DataScreen.-narrow.-report ReportPane, DataScreen.-narrow.-masks MaskPane {
        display: block;
    }
    DataScreen.-narrow.-files #about { display: none; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 (Textual's declaration is a ClassVar)

    def __init__(self, runs: Sequence[RunSummary] = ()) -> None:
        super().__init__()
        self.runs = runs
        self._pause: Timer | None = None
        self.add_class("-files")

    def compose(self) -> ComposeResult:
        yield TopBar(self.tuner.surroundings.place, "Data")
        yield TabBar(list(TABS))
        with Container(id="data"):
            yield DataFiles()
            with Vertical(id="about"):
                yield ReportPane()
                yield MaskPane()
        yield StatusLine(id="status")
        yield ActionBar()

    def opened(self) -> None:
        self.query_one(DataFiles).focus()
        self.renew_bar()
        self.query_one(MaskPane).show_nothing("Enter shows the rows as the model reads them")
        self.action_refresh_all()

    # What is in a file

    def action_refresh_all(self) -> None:
        self.list_files()

    @on(DataFilesListed)
    def _listed(self, event: DataFilesListed) -> None:
        self.query_one(DataFiles).show_files(event.files)
        if event.files:
            self.action_inspect()
        else:
            self.query_one(ReportPane).show_nothing("there is no dataset to look at")

    @on(CursorPane.Moved, "#files")
    def _moved(self) -> None:
        self.say("", "")  # what it said was about another file
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(_PAUSE, self.action_inspect)

    def action_inspect(self) -> None:
        asked = self.asked
        if asked is None:
            self.say("", "there is no dataset to look at")
            return
        self.first = 1
        self.query_one(ReportPane).wait(f"reading {inert(asked.path.name)}…")
        self.query_one(MaskPane).show_nothing("Enter shows the rows as the model reads them")
        root = f"{self.tuner.services.workspace.root}/"
        of = f" · {fit_middle(inert(asked.model.removeprefix(root)), 48)}" if asked.model else ""
        self.query_one(ReportPane).set_title(f"{inert(asked.path.name)} · {asked.objective}{of}")
        self.inspect_data(asked)

    @on(DataProgress)
    def _going_on(self, event: DataProgress) -> None:
        if event.asked == self.asked:
            self.query_one(ReportPane).wait(event.text)

    @on(DataInspected)
    def _inspected(self, event: DataInspected) -> None:
        if event.asked == self.asked:
            self.query_one(ReportPane).show_report(event.found, event.asked, event.problem)

    @on(Refused)
    def _reading_refused(self, event: Refused) -> None:
        """The status line says why; no pane goes on waiting."""
        for pane in (self.query_one(ReportPane), self.query_one(MaskPane)):
            if pane.is_waiting:
                pane.show_nothing(event.text, *([f"→ {event.hint}"] if event.hint else []))

    # The loss mask

    @on(CursorPane.Chosen, "#files")
    def _file_chosen(self) -> None:
        self.show_masks(1)
        self.go_to("masks")

    def action_next_rows(self) -> None:
        shown = self.query_one(MaskPane).rows
        self.show_masks(self.first + _ROWS if shown else self.first)

    def action_previous_rows(self) -> None:
        self.show_masks(max(1, self.first - _ROWS))

    def show_masks(self, first: int) -> None:
        asked, pane = self.asked, self.query_one(MaskPane)
        if asked is None:
            return
        if asked.model is None:
            pane.show_nothing("no model is chosen: its chat template makes the text", "m chooses one")
            return
        self.first = first
        pane.wait(f"rows {first} to {first + _ROWS - 1} go through the real collator: some seconds…")
        self.read_masks(asked, first, _ROWS)

    @on(MasksRead)
    def _masks_read(self, event: MasksRead) -> None:
        if event.asked != self.asked or event.first != self.first:
            return
        if event.rows:
            self.query_one(MaskPane).show_rows(event.rows)
        else:
            self.query_one(MaskPane).show_nothing(f"there is no usable row from {event.first} on", "p goes back")

    # Converting

    def action_convert(self) -> None:
        from tuiapp.screens.data.convert import ConvertScreen

        asked = self.asked
        if asked is None:
            self.say("", "there is no dataset to convert")
            return

        def done(made: Converted | None) -> None:
            if made is not None:
                self.say("✓", f"wrote {made.rows:,} rows to {inert(str(made.path))} ({size(made.bytes)})", made.note)
                self.list_files()

        self.app.push_screen(ConvertScreen(replace(asked, model=None)), done)

    def action_back(self) -> None:
        self.dismiss(None)
