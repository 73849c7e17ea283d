"""The three panes of the Data mode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.events import Resize

from tuiapp.formatting import size
from tuiapp.screens.data.masked_text import MaskLine, mask_lines
from tuiapp.screens.data.report import Line, report_lines
from tuiapp.screens.data.request import DataRequest
from tuiapp.widgets.pane import CursorPane, LinePane
from tuiapp.widgets.strips import Part, clip, fit, fit_middle, spread, width_of
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.data import Inspection, MaskedRow
    from tuiapp.handlers.data_files import DataFile


class DataFiles(CursorPane):
    """The dataset files of the workspace."""

    def __init__(self) -> None:
        super().__init__(id="files")
        self.files: Sequence[DataFile] | None = None
        self.border_title = "Datasets"

    @property
    def selected(self) -> DataFile | None:
        return self.files[self.cursor] if self.files and self.cursor < len(self.files) else None

    def show_files(self, files: Sequence[DataFile]) -> None:
        """Show these; the cursor stays on its file."""
        kept = self.selected.path if self.selected is not None else None
        self.files = files
        places = [f.path for f in files]
        self.cursor = places.index(kept) if kept in places else min(self.cursor, max(0, len(files) - 1))
        self.set_count(len(files))
        self.set_title("Datasets", f"{len(files)} files" if files else "")

    def row_parts(self, index: int, width: int) -> list[Part]:
        file, ink = (self.files or ())[index], self.ink
        right: list[Part] = [(fit(size(file.bytes), 7, right=True), ink.muted)]
        kind = file.format.value.replace("_", " ") if file.format else "?"
        if cell_len(file.name) + len(kind) + 2 < width - width_of(right):  # the name comes first
            right = [(f"{kind} ", ink.faint), *right]
        name = fit_middle(inert(file.name), width - width_of(right) - 1)
        return spread([(name, ink.text)], right, width)

    def empty_parts(self) -> list[list[Part]]:
        ink = self.ink
        if self.files is None:
            return [[("looking for datasets…", ink.muted)]]
        return [
            [("no dataset here yet", ink.text)],
            [("put a .jsonl, .json, .csv or", ink.muted)],
            [(".parquet file into the", ink.muted)],
            [("workspace and press r", ink.muted)],
        ]


class ReportPane(LinePane):
    """What is in the file."""

    def __init__(self) -> None:
        super().__init__(id="report")
        self._found: tuple[Inspection, DataRequest, str] | None = None
        self._lines: list[Line] = []
        self._empty: Sequence[str] = ("choose a file",)
        self.is_waiting = False
        """Whether a thread will say more."""
        self.border_title = "Report"

    def show_report(self, found: Inspection, asked: DataRequest, problem: str = "") -> None:
        """Show what was found; ``problem``: why its tokens were not counted."""
        self._found, self.is_waiting = (found, asked, problem), False
        self._make()

    def show_nothing(self, *why: str) -> None:
        """Say why there is no report, and what to do."""
        self._found, self._lines, self._empty, self.is_waiting = None, [], why, False
        self.set_count(0)

    def wait(self, text: str) -> None:
        """Say what is being done."""
        self.show_nothing(text)
        self.is_waiting = True

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self._make()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self.is_mounted:
            self._make()

    def row_parts(self, index: int, width: int) -> list[Part]:
        return clip(self._lines[index], width)

    def empty_parts(self) -> list[list[Part]]:
        return [[(text, self.ink.muted)] for text in self._empty]

    def _make(self) -> None:
        if self._found is not None:
            self._lines = report_lines(*self._found, self.ink, self.scrollable_content_region.width)
            self.set_count(len(self._lines))


class MaskPane(LinePane):
    """Rows as the model reads them, with what it learns marked."""

    def __init__(self) -> None:
        super().__init__(id="masks")
        self._rows: Sequence[MaskedRow] = ()
        self._lines: list[MaskLine] = []
        self._empty: Sequence[str] = ()
        self.is_waiting = False
        """Whether a thread will say more."""
        self.border_title = "Loss mask"

    @property
    def rows(self) -> Sequence[MaskedRow]:
        return self._rows

    def show_rows(self, rows: Sequence[MaskedRow]) -> None:
        """Show these from the first on."""
        self._rows, self.is_waiting = rows, False
        self._make()
        self.scroll_to(y=0, animate=False)
        self.set_title("Loss mask · learned tokens are underlined", f"lines {rows[0].line}–{rows[-1].line}")

    def show_nothing(self, *why: str) -> None:
        """Say why there are no rows, and what to press."""
        self._rows, self._lines, self._empty, self.is_waiting = (), [], why, False
        self.set_title("Loss mask", "")
        self.set_count(0)

    def wait(self, text: str) -> None:
        """Say what is being done."""
        self.show_nothing(text)
        self.is_waiting = True

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self._make()

    def row_parts(self, index: int, width: int) -> list[Part]:
        return clip(self._lines[index].parts(self.ink), width)

    def empty_parts(self) -> list[list[Part]]:
        return [[(text, self.ink.muted)] for text in self._empty]

    def _make(self) -> None:
        if self._rows:
            self._lines = mask_lines(self._rows, self.scrollable_content_region.width)
            self.set_count(len(self._lines))
