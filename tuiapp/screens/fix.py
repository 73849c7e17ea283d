"""A run that ran out of memory: what to change so that it fits, as a difference that one key starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.message import Message

from tuiapp.actions import Where
from tuiapp.messages import Refused
from tuiapp.screens.base import ActingModal
from tuiapp.screens.guarded import guarded
from tuiapp.screens.launching import Launching
from tuiapp.widgets.bars import ActionBar, StatusLine
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.form.values import shown
from tuiapp.widgets.ink import Ink
from tuiapp.widgets.pane import LinePane
from tuiapp.widgets.strips import Part, clip
from tuiapp.widgets.wording import size
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.fixes import ProposedFix
    from tuiapp.handlers.train import TrainPlan

_SHARE, _AROUND = 0.94, 7
"""What the dialog may take of the screen's height, and its rows that are no lines: border, status, bar."""


@dataclass(eq=False, repr=False)
class FixPlanned(Message):
    """The changed configuration is sound."""

    plan: TrainPlan


class FixScreen(ActingModal[str], Launching):
    """Enter starts the changed configuration, e opens it in the editor; ends with the new run's id, or None."""

    WHERE = Where.FIX
    BINDINGS = bindings_for(Where.FIX)
    DEFAULT_CSS = """
    FixScreen #dialog {
        width: 96; max-width: 98%; height: auto; max-height: 94%;
        border: round $primary; border-title-color: $primary; background: $background; padding: 1 2 0 2;
    }
    FixScreen FixLines { border: none; padding: 0; }
    FixScreen FixLines:focus { border: none; }
    FixScreen ActionBar { margin: 1 0 0 0; background: $background; padding: 0; }
    FixScreen StatusLine { margin: 1 0 0 0; padding: 0; }
    """

    def __init__(self, fix: ProposedFix, name: str, run_dir: Path) -> None:
        super().__init__()
        self.fix = fix
        self._run_name, self._run_dir = name, run_dir

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Out of memory: what would fit"
            yield FixLines(self.fix, self._run_name)
            yield StatusLine(id="status")
            yield ActionBar()

    def opened(self) -> None:
        self.query_one(FixLines).focus()
        self.renew_bar()

    def on_resize(self) -> None:
        for lines in self.query(FixLines):
            lines.flow()

    def action_start(self) -> None:
        if not self.launching:
            self.say("", "checking…")
            self._plan()

    @work(thread=True, exclusive=True, group="planning", exit_on_error=False)
    def _plan(self) -> None:
        def act() -> list[Message]:
            from tuiapp.handlers.train import TrainHandler, TrainRequest

            fix = self.fix
            request = TrainRequest(fix.after, fix.backend, name=fix.name, tags=fix.tags)
            plan = TrainHandler(self.tuner.services.context()).plan(request)
            if plan.ok:
                return [FixPlanned(plan)]
            first = next(i for i in plan.issues if i.is_error)
            return [Refused(f"{inert(first.path)}: {inert(first.message)}", "e opens it in the editor")]

        guarded(self.post_message, "checking the configuration", act)

    @on(FixPlanned)
    def _fix_planned(self, event: FixPlanned) -> None:
        self.launch(event.plan, self.fix.accepted)

    def action_edit(self) -> None:
        from tuiapp.screens.chooser.sources import Source, SourceKind
        from tuiapp.screens.editor.screen import EditorScreen

        source = Source(SourceKind.RUN, self._run_name, self.fix.run_id, self._run_dir, text=self.fix.after)

        def edited(run_id: str | None) -> None:
            if run_id is not None:
                self.dismiss(run_id)

        self.app.push_screen(EditorScreen(source), edited)

    def action_back(self) -> None:
        if not self.launching:
            self.dismiss(None)


class FixLines(LinePane):
    """What is changed and why, then the difference of the text; it scrolls where it is long."""

    BINDINGS = bindings_for(Where.LIST, but={"list.choose"})

    def __init__(self, fix: ProposedFix, name: str) -> None:
        super().__init__()
        self._fix, self._run_name = fix, name
        self._lines: list[list[Part]] = []

    def on_resize(self, event: Resize) -> None:
        self.flow()

    def flow(self) -> None:
        """Wrap the lines to the width, and leave room for what stands below them."""
        self._lines = fix_lines(self._fix, self._run_name, self.ink, max(20, self.scrollable_content_region.width))
        self.styles.height = min(len(self._lines), max(3, int(self.app.size.height * _SHARE) - _AROUND))
        self.set_count(len(self._lines))

    def row_parts(self, index: int, width: int) -> list[Part]:
        return clip(self._lines[index], width)


def fix_lines(fix: ProposedFix, name: str, ink: Ink, width: int) -> list[list[Part]]:
    """All lines, in ``width`` cells."""
    lines: list[list[Part]] = [[(inert(name), ink.strong), (f"  {inert(fix.run_id)}", ink.muted)], []]
    for change in fix.changes:
        before, after = shown(change.before), shown(change.after)
        lines.append([(f"{inert(change.path)}  ", ink.strong), (f"{before} → ", ink.muted), (after, ink.strong)])
        lines += [[(f"  {text}", ink.muted)] for text in wrap(inert(change.why), width - 2)]
    if fix.needs is not None and fix.available is not None:
        glyph, style = ("✓", ink.good) if fix.fits else ("⚠", ink.warning)
        told = f"then about {size(fix.needs)} of the {size(fix.available)} that are there"
        lines += [[], [(f"{glyph} ", style), (told, ink.text)]]
    return [*lines, [], *(_diff_line(inert(text), ink) for text in fix.diff if not text.startswith(("---", "+++")))]


def _diff_line(text: str, ink: Ink) -> list[Part]:
    style = {"+": ink.good, "-": ink.bad, "@": ink.faint}.get(text[:1], ink.muted)
    return [(text, style)]
