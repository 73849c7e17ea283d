"""Where to write the metrics of runs, and as what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from tuiapp.actions import Where
from tuiapp.messages import Exported, ExportTaken
from tuiapp.screens.guarded import guarded
from tuiapp.screens.writing import Writing
from tuiapp.widgets.bars import ActionBar
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.ink import ink_of
from tuiapp.widgets.strips import Part
from tuiapp.widgets.text_block import TextBlock
from tuner.runs.layout import slugify
from tuner.runs.text_tail import inert

_SMOOTHING = 0.9
"""Of a picture, as the raw values stand behind it anyway."""
_FEW = 6


class ExportScreen(Writing[Exported]):
    """Metrics of runs, or a picture of them."""

    WHERE = Where.EXPORT
    EXAMPLE = "runs.csv"
    BINDINGS = bindings_for(Where.EXPORT)
    DEFAULT_CSS = """
    ExportScreen #dialog {
        width: 84; max-width: 96%; height: auto; max-height: 94%; overflow-y: auto;
        border: round $primary; border-title-color: $primary; background: $background; padding: 1 2 0 2;
    }
    ExportScreen Input {
        border: round $border-blurred; background: $background; background-tint: $background 0%;
        padding: 0 1; margin: 1 0 0 0;
    }
    ExportScreen Input:focus { border: round $primary; background-tint: $background 0%; }
    ExportScreen ActionBar { margin: 1 0 0 0; background: $background; padding: 0; }
    """

    def __init__(self, run_ids: Sequence[str], labels: Sequence[str], suffix: str) -> None:
        super().__init__()
        self._ids, self._labels = list(run_ids), list(labels)
        name = slugify(labels[0]) if len(labels) == 1 else f"{slugify(labels[0])}-and-{len(labels) - 1}-more"
        self._proposed = f"{name}.{suffix}"

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Export"
            yield TextBlock(id="what")
            yield Input(self._proposed, placeholder="name.csv", id="file")
            yield TextBlock(id="status")
            yield ActionBar()

    def opened(self) -> None:
        ink, place = ink_of(self.app), self.tuner.services.workspace.root
        named = ", ".join(inert(label) for label in self._labels[:_FEW])
        more = f" and {len(self._labels) - _FEW} more" if len(self._labels) > _FEW else ""
        lines: list[list[Part]] = [
            [("Runs   ", ink.muted), (named + more, ink.strong)],
            [("Into   ", ink.muted), (inert(str(place)), ink.text)],
            [("As     ", ink.muted), (".csv .json .jsonl .parquet", ink.strong), (" all metrics as logged", ink.muted)],
            [("       ", ink.muted), (".png .svg", ink.strong), (" a picture of the telling ones", ink.muted)],
        ]
        self.query_one("#what", TextBlock).show(lines)
        self.query_one(Input).focus()
        self.renew_bar()

    def say(self, glyph: str, text: str, hint: str = "") -> None:
        """In as many lines as it takes: a path may be long."""
        ink = ink_of(self.app)
        style = {"✗": ink.bad, "⚠": ink.warning}.get(glyph, ink.muted)
        told: list[list[Part]] = [[(f"{glyph} ", style), (text, ink.text)]] if glyph else [[(text, ink.muted)]]
        self.query_one("#status", TextBlock).show([*told, [(f"  → {hint}", ink.muted)]] if hint else told)

    @work(thread=True, exclusive=True, group="exporting", exit_on_error=False)
    def write(self, target: Path, *, force: bool) -> None:
        def act() -> list[Message]:
            from tuiapp.handlers.compare import CompareHandler
            from tuner.runs.export import Shape, format_of

            picture = format_of(target).is_picture
            if target.is_file() and not force:
                return [ExportTaken(target)]
            shape = Shape(smoothing=_SMOOTHING if picture else 0.0)
            handler = CompareHandler(self.tuner.services.context())
            written = handler.export(self._ids, target, shape=shape, force=force)
            return [Exported(written, written.stat().st_size)]

        guarded(self.post_message, "exporting", act)

    @on(Exported)
    def _exported(self, event: Exported) -> None:
        self.dismiss(event)
