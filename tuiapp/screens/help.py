"""Every action with its keys, out of the registry."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from tuiapp.actions import ACTIONS, Where, spell_keys
from tuiapp.screens.base import ActingModal
from tuiapp.widgets.bars import ActionBar
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.pane import LinePane
from tuiapp.widgets.strips import Part, fit, spread


class HelpScreen(ActingModal[None]):
    """A list to scroll."""

    WHERE = Where.HELP
    BINDINGS = bindings_for(Where.HELP)
    DEFAULT_CSS = """
    HelpScreen #dialog { width: 116; max-width: 100%; height: 90%; background: $background; }
    """

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield HelpLines()
            yield ActionBar()

    def on_mount(self) -> None:
        self.query_one(HelpLines).focus()
        self.renew_bar()

    def action_close(self) -> None:
        self.dismiss()


class HelpLines(LinePane):
    """Place by place: keys, title, what it does, and the id that remaps it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[Part]] = []
        """What is shown, before it is cut to the width."""

    def on_mount(self) -> None:
        self.border_title = "Keys"
        self.border_subtitle = "remap by id in .tuner/settings.yaml · keys: {run.new: ctrl+n}"
        from tuiapp.app import TunerApp

        keys = self.app.appearance.keys if isinstance(self.app, TunerApp) else {}
        ink = self.ink
        for where in Where:
            self.lines += [[], [(where.value, ink.primary)]] if self.lines else [[(where.value, ink.primary)]]
            for action in (a for a in ACTIONS if a.where is where):
                self.lines.append(
                    [
                        (f"  {fit(spell_keys(action, keys), 10)} ", ink.strong),
                        (f"{fit(action.title, 12)} ", ink.text),
                        (f"{action.help} ", ink.muted),
                        (action.id, ink.faint),
                    ]
                )
        self.set_count(len(self.lines))

    def row_parts(self, index: int, width: int) -> list[Part]:
        parts = self.lines[index]
        return spread(parts[:-1], parts[-1:], width) if len(parts) > 1 else parts
