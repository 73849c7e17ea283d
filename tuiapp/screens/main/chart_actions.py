"""What can be done to the charts from anywhere on the main screen."""

from __future__ import annotations

from collections.abc import Callable

from textual import on

from tuiapp.actions import by_id
from tuiapp.screens.main.arrangement import PaneArrangement
from tuiapp.screens.main.watch_pane import WatchPane


class ChartActions(PaneArrangement):
    """Each says in the status line what it came to."""

    def action_next_metric(self) -> None:
        self._change_charts("chart.metric", lambda charts: charts.turn_page())

    def action_smooth_more(self) -> None:
        self._change_charts("chart.smooth_more", lambda charts: charts.smooth(1))

    def action_smooth_less(self) -> None:
        self._change_charts("chart.smooth_less", lambda charts: charts.smooth(-1))

    def action_log_y(self) -> None:
        self._change_charts("chart.log_y", lambda charts: charts.toggle_log_y())

    def action_log_x(self) -> None:
        self._change_charts("chart.log_x", lambda charts: charts.toggle_log_x())

    def action_next_axis(self) -> None:
        self._change_charts("chart.axis", lambda charts: charts.next_axis())

    def _change_charts(self, action_id: str, change: Callable[[WatchPane], str]) -> None:
        action = by_id(action_id)
        why = self.why_not(action)
        if why:
            self.say("⚠", f"{action.title}: {why}")
        else:
            self.say("", change(self.query_one(WatchPane)))

    @on(WatchPane.Enlarged)
    def _chart_enlarged(self, event: WatchPane.Enlarged) -> None:
        """A full-sized chart has the whole screen; where panes are tabs it has that already."""
        event.stop()
        if not self.narrow and event.on is not self.has_class("-zoomed"):
            self.call_later(self.do, "pane.zoom")
