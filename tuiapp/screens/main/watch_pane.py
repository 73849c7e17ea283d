"""The charts of the watched run: losses, and beside them what else tells how it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal

from tuiapp.screens.main.panes import TWO_CHARTS
from tuiapp.screens.reading.checkpoint_rows import CheckpointRow
from tuiapp.screens.reading.series_store import Series
from tuiapp.widgets.chart.chart import Chart
from tuiapp.widgets.chart.choice import group_figure, groups_in, loss_figure
from tuner.runs.metrics_view import MetricsView

_NO_ROWS_YET = "no metrics yet: the first row appears here as it is written"
_NO_ROWS = "this run wrote no metrics"


class WatchPane(Horizontal, can_focus=True):
    """One chart or two, as the room allows."""

    DEFAULT_CSS = """
    WatchPane { height: 1fr; }
    WatchPane:focus Chart { border: round $primary; }
    WatchPane.-stacked { layout: vertical; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._series: Mapping[str, Series] = {}
        self._rows: Sequence[CheckpointRow] = ()
        self._choice = 0
        self._empty = "reading…"

    def compose(self) -> ComposeResult:
        yield Chart(id="loss", empty="reading…")
        yield Chart(id="second")

    def on_mount(self) -> None:
        self.query_one("#second").display = False

    def on_resize(self) -> None:
        self._show()

    def show_view(self, view: MetricsView, *, live: bool) -> None:
        """Show these metrics; ``live`` says whether more may come."""
        made: dict[str, Series] = {}
        for name in view.names:
            found = view.series(name)
            made[name] = Series()
            for x, y in zip(found.x, found.y, strict=True):
                made[name].put(int(x), y)
        self.show_series(made, live=live)

    def show_series(self, series: Mapping[str, Series], *, live: bool) -> None:
        """Show these metrics; ``live`` says whether more may come."""
        self._series, self._empty = series, _NO_ROWS_YET if live else _NO_ROWS
        self._show()

    def show_marks(self, rows: Sequence[CheckpointRow]) -> None:
        """Mark these checkpoints."""
        self._rows = rows
        self._show()

    def clear(self, text: str) -> None:
        """Show nothing but a text."""
        self._series, self._rows, self._empty = {}, (), text
        self._show()

    def next_metric(self) -> str:
        """Show the next group in the second chart; returns what it shows."""
        groups = groups_in(self._series)
        if not groups:
            return "no other metrics"
        self._choice = (self._choice + 1) % len(groups)
        self._show()
        return ", ".join(groups[self._choice].names)

    def _show(self) -> None:
        if not self.is_mounted:
            return
        groups = groups_in(self._series)
        second = self.query_one("#second", Chart)
        beside = self.size.width >= TWO_CHARTS and self.size.width >= 3 * self.size.height
        stacked = not beside and self.size.height >= 16
        self.set_class(stacked, "-stacked")
        second.display = bool(groups) and (beside or stacked)
        self.query_one("#loss", Chart).show(loss_figure(self._series, self._rows), self._empty)
        if groups:
            second.show(group_figure(groups[self._choice % len(groups)], self._series, self._rows))
