"""The preflight, drawn anew with each plan."""

from __future__ import annotations

from textual.events import Resize

from tuiapp.widgets.pane import LinePane
from tuiapp.widgets.preflight.lines import Known, preflight_lines
from tuiapp.widgets.strips import Part, clip


class PreflightPane(LinePane):
    """What is not known is a dash; nothing here is asked for while it is drawn."""

    DEFAULT_CSS = "PreflightPane { scrollbar-gutter: stable; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._known = Known()
        self._lines: list[list[Part]] = []
        self.set_title("Preflight")

    def show(self, known: Known) -> None:
        """Show this."""
        self._known = known
        self._flow()

    def on_resize(self, event: Resize) -> None:
        self._flow()

    def _flow(self) -> None:
        plan = self._known.plan
        self._lines = preflight_lines(self._known, self.ink, max(20, self.scrollable_content_region.width))
        self.set_count(len(self._lines))
        self.set_title("Preflight" + (f" · {plan.backend}" if plan is not None else ""))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self.is_mounted:
            self._flow()

    def row_parts(self, index: int, width: int) -> list[Part]:
        return clip(self._lines[index], width)
