"""The watched run's log: looked at where the run is, read no further than its end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from tuiapp.messages import LogRead
from tuner.runs.log_reader import EAGER, LogReader
from tuner.runs.log_search import ErrorSearch, SearchFailed
from tuner.runs.metrics_view import MetricsView
from tuner.runs.series import XAxis

TAIL = 200
"""Lines at the log's end that are read ahead: more than any screen shows."""


class WatchedLog:
    """Not for two threads at once; what its messages carry is."""

    def __init__(self, run_id: str, path: Path, metrics: Callable[[], MetricsView | None]) -> None:
        self._run_id, self._metrics = run_id, metrics
        self._log = LogReader(path)
        self._errors = ErrorSearch(self._log)

    def look(self, *, first: bool) -> list[LogRead]:
        """What there is to tell of the log; [] where it is as before."""
        if not self._log.refresh() and not first:
            return []
        if not first and self._log.is_counted and self._log.size - self._errors.done <= EAGER:
            with contextlib.suppress(SearchFailed):  # the screen is being closed
                self._errors.advance()
        return [LogRead(self._run_id, self._log, self._errors, self._log.tail(TAIL), self._timeline)]

    def _timeline(self) -> Sequence[tuple[int, float]]:
        view = self._metrics()
        if view is None:
            return []
        for name in view.names:
            steps, times = view.series(name).x, view.series(name, XAxis.WALL).x
            if len(steps) == len(times) > 0:
                return [(int(step), at) for step, at in zip(steps, times, strict=True)]
        return []
