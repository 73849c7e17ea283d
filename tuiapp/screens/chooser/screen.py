"""Choosing what a new run starts from."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.message import Message

from tuiapp.actions import Where
from tuiapp.messages import SourcesListed
from tuiapp.screens.base import ActingScreen
from tuiapp.screens.chooser.sources import Source, SourceKind, list_sources
from tuiapp.screens.guarded import guarded
from tuiapp.widgets.bars import ActionBar, StatusLine, TopBar
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.strips import Part, clip, fit


class ChooserScreen(ActingScreen[str]):
    """Ends with the id of the run that was started from the editor, or None."""

    WHERE = Where.CHOOSER
    BINDINGS = bindings_for(Where.CHOOSER, Where.ANYWHERE)

    def compose(self) -> ComposeResult:
        yield TopBar(self.tuner.surroundings.place, "New run")
        yield SourceList(id="sources")
        yield StatusLine(id="status")
        yield ActionBar()

    def opened(self) -> None:
        self.query_one(SourceList).focus()
        self.renew_bar()
        self._list()

    def _list(self) -> None:
        """In a thread of its own: looking at an environment may take seconds, and quitting never waits for it."""

        services = self.tuner.services

        def act() -> Iterator[Message]:
            for sources, notes in list_sources(services.context()):
                yield SourcesListed(sources, notes)

        work = partial(guarded, self.post_message, "looking for configurations", act)
        threading.Thread(target=work, daemon=True, name="sources").start()

    @on(SourcesListed)
    def _listed(self, event: SourcesListed) -> None:
        self.query_one(SourceList).show_sources(event.sources)
        self.say("", "; ".join(event.notes))

    @on(CursorPane.Chosen)
    def action_edit(self) -> None:
        from tuiapp.screens.editor.screen import EditorScreen

        source = self.query_one(SourceList).selected
        if source is not None:
            self.app.push_screen(EditorScreen(source), self._edited)

    def _edited(self, run_id: str | None) -> None:
        if run_id is not None:
            self.dismiss(run_id)

    def action_back(self) -> None:
        self.dismiss(None)


class SourceList(CursorPane):
    """Sources under headings; the cursor passes the headings over."""

    DEFAULT_CSS = """
    SourceList { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._rows: list[Source | str] = []
        self._read = False
        self.border_title = "Start from"

    @property
    def selected(self) -> Source | None:
        row = self._rows[self.cursor] if self.cursor < len(self._rows) else None
        return row if isinstance(row, Source) else None

    def show_sources(self, sources: Sequence[Source]) -> None:
        """Show these."""
        keep = self.selected if self._read else None
        self._read = True
        self._rows = []
        for kind in SourceKind:
            ours = [s for s in sources if s.kind is kind]
            if ours:
                self._rows += [""] * bool(self._rows) + [kind.value, *ours]
        self.set_count(len(self._rows))
        first = next((i for i, r in enumerate(self._rows) if isinstance(r, Source)), 0)
        self.cursor = self._rows.index(keep) if keep in self._rows else first
        self.refresh()

    def move_to(self, index: int, *, tell: bool = True) -> None:
        way = 1 if index >= self.cursor else -1
        index = max(0, min(index, self._count - 1))
        while 0 <= index < self._count and not isinstance(self._rows[index], Source):
            index += way
        if 0 <= index < self._count:
            super().move_to(index, tell=tell)
        elif way < 0:
            self.scroll_to(y=0, animate=False)

    def row_parts(self, index: int, width: int) -> list[Part]:
        row, ink = self._rows[index], self.ink
        if isinstance(row, str):
            return [(row, ink.primary)]
        return clip([(f"  {fit(row.title, 34)}  ", ink.text), (row.about, ink.muted)], width)

    def empty_parts(self) -> list[list[Part]]:
        ink = self.ink
        if not self._read:
            return [[("looking for presets, earlier runs and files…", ink.muted)]]
        return [
            [("nothing to start from: no preset fits this machine", ink.muted)],
            [("put a configuration into the workspace as NAME.yaml, or run `tuner doctor`", ink.muted)],
        ]
