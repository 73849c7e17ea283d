"""What publishing would do, before it does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tuiapp.actions import Where
from tuiapp.messages import Published, Refused
from tuiapp.screens.base import ActingModal
from tuiapp.screens.guarded import guarded
from tuiapp.widgets.bars import ActionBar, StatusLine
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.ink import Ink, ink_of
from tuiapp.widgets.strips import Part, fit
from tuiapp.widgets.text_block import TextBlock
from tuiapp.widgets.wording import size
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.upload import UploadPlan


class PublishScreen(ActingModal[Published]):
    """Enter does what the plan says, Escape does nothing."""

    WHERE = Where.PUBLISH
    BINDINGS = bindings_for(Where.PUBLISH)
    DEFAULT_CSS = """
    PublishScreen #dialog {
        width: 92; max-width: 98%; height: auto; max-height: 94%; overflow-y: auto;
        border: round $primary; border-title-color: $primary; background: $background; padding: 1 2 0 2;
    }
    PublishScreen ActionBar { margin: 1 0 0 0; background: $background; padding: 0; }
    PublishScreen StatusLine { margin: 1 0 0 0; padding: 0; }
    """

    def __init__(self, plan: UploadPlan) -> None:
        super().__init__()
        self.plan = plan
        self._busy = False

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Publish"
            yield TextBlock(id="plan")
            yield StatusLine(id="status")
            yield ActionBar()

    def opened(self) -> None:
        self.query_one("#plan", TextBlock).show(plan_lines(self.plan, ink_of(self.app)))
        self.renew_bar()

    def action_publish(self) -> None:
        if not self._busy:  # a second Enter while it is written does nothing
            self._busy = True
            self.say("", "publishing…")
            self._publish()

    def action_back(self) -> None:
        if not self._busy:
            self.dismiss(None)

    @work(thread=True, exclusive=True, group="publishing", exit_on_error=False)
    def _publish(self) -> None:
        def act() -> list[Message]:
            from tuiapp.handlers.upload import UploadHandler

            target = UploadHandler(self.tuner.services.context()).publish(self.plan)
            return [Published(self.plan.label, target)]

        guarded(self.post_message, "publishing", act)

    @on(Published)
    def _published(self, event: Published) -> None:
        self.dismiss(event)

    @on(Refused)
    def _publishing_refused(self) -> None:
        self._busy = False


def plan_lines(plan: UploadPlan, ink: Ink) -> list[list[Part]]:
    """The plan for a person: what, why, where to, every file."""
    overwritten = sum(f.overwrites for f in plan.files)
    lines: list[list[Part]] = [
        [("What   ", ink.muted), (inert(plan.label), ink.strong), (f"  of {plan.run_id}", ink.muted)],
        [("Why    ", ink.muted), (inert(plan.why) or "you chose it; it is not the best", ink.text)],
        [("Where  ", ink.muted), (inert(str(plan.target)), ink.strong)],
        [("Size   ", ink.muted), (f"{len(plan.files)} files, {size(plan.bytes)}", ink.text)],
        [],
    ]
    for file in plan.files:
        note = ("  ⚠ overwrites", ink.warning) if file.overwrites else ("  new", ink.faint)
        what = "" if file.source is not None else "  written by Tuner"
        bytes_ = size(file.bytes) if file.bytes else "–"
        lines.append(
            [
                (f"  {fit(inert(file.name), 34)}", ink.text),
                (fit(bytes_, 9, right=True), ink.muted),
                note,
                (what, ink.faint),
            ]
        )
    lines.append([])
    if overwritten:
        lines.append([(f"⚠ the earlier publication there is replaced ({overwritten} files)", ink.warning)])
    else:
        lines.append([("Nothing is overwritten. The folder is written whole, or not at all.", ink.muted)])
    return lines
