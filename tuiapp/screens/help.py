"""Every action with its keys, out of the registry."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize

from tuiapp.actions import Action, Where, actions_in, spell_keys
from tuiapp.screens.base import ActingModal
from tuiapp.widgets.bars import ActionBar
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.pane import LinePane
from tuiapp.widgets.strips import Part, fit, spread, width_of

_LEAST_TEXT = 28
"""Cells of text that are worth a column of their own."""


class HelpScreen(ActingModal[None]):
    """A list to scroll."""

    WHERE = Where.HELP
    BINDINGS = bindings_for(Where.HELP)
    DEFAULT_CSS = """
    HelpScreen #dialog { width: 116; max-width: 100%; height: 90%; background: $background; }
    """

    def __init__(self, first: Sequence[Where] = ()) -> None:
        super().__init__()
        self._first = first

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield HelpLines(self._first)
            yield ActionBar()

    def opened(self) -> None:
        self.query_one(HelpLines).focus()
        self.renew_bar()

    def action_close(self) -> None:
        self.dismiss()


class HelpLines(LinePane):
    """Place by place, the ones at hand first: keys, title, what it does, and the id that remaps it."""

    DEFAULT_CSS = "HelpLines { overflow-y: scroll; }"

    def __init__(self, places: Sequence[Where]) -> None:
        super().__init__()
        self._places = (*places, *(w for w in Where if w not in places))
        self.lines: list[list[Part]] = []
        """What is shown, wrapped to the width."""

    def on_mount(self) -> None:
        self.border_title = "Keys"
        self.border_subtitle = "remap by id in .tuner/settings.yaml · keys: {run.new: ctrl+n}"

    def on_resize(self, event: Resize) -> None:
        width, ink = self.scrollable_content_region.width, self.ink
        self.lines = []
        for where in self._places:
            self.lines += [[], [(where.value, ink.primary)]] if self.lines else [[(where.value, ink.primary)]]
            for action in actions_in(where):
                self.lines += self._wrapped(action, width)
        self.set_count(len(self.lines))

    def _wrapped(self, action: Action, width: int) -> list[list[Part]]:
        from tuiapp.app import TunerApp

        keys, ink = self.app.appearance.keys if isinstance(self.app, TunerApp) else {}, self.ink
        named = f"  {fit(spell_keys(action, keys), 10)} ", f"{fit(action.title, 14)} "
        indent = sum(map(len, named))
        if width - indent < _LEAST_TEXT:  # below the title, for there is no room beside it
            indent = 4
            first, more = "", wrap(action.help, max(8, width - indent))
        else:
            first, *more = wrap(action.help, width - indent)
        rows: list[list[Part]] = [[(named[0], ink.strong), (named[1], ink.text), (first, ink.muted)]]
        rows += [[(" " * indent, ink.muted), (text, ink.muted)] for text in more]
        if width_of(rows[-1]) + 2 + len(action.id) > width:
            rows.append([])
        rows[-1] = spread(rows[-1], [(action.id, ink.faint)], width)
        return rows

    def row_parts(self, index: int, width: int) -> list[Part]:
        return self.lines[index]
