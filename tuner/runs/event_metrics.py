"""The scalars of a run's event files as metric rows."""

from __future__ import annotations

from pathlib import Path

from tuner.runs.event_files import EventFile, can_read_events, event_files, metric_name
from tuner.runs.metric_lines import TIMESTAMP, MetricRow


class EventMetrics:
    """Every tag counts its steps for itself, so rows are merged by step here and handed on in order.

    A later file of the same run is a later attempt: of each tag that it writes it replaces what came from its first
    step on.
    """

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.unread = 0
        """Event files that cannot be read because the tensorboard package is missing."""
        self._files: dict[Path, EventFile] = {}
        self._rows: dict[int, dict[str, float]] = {}
        self._writers: dict[str, Path] = {}
        self._last = -1

    @property
    def skipped(self) -> int:
        """Records that could not be decoded."""
        return sum(file.skipped for file in self._files.values())

    def read_new(self) -> tuple[list[MetricRow], bool]:
        """The rows that are new, in order of steps, and whether they are all there are: the ones before are void."""
        paths = event_files(self.run_dir)
        if paths and not can_read_events():
            self.unread = len(paths)
            return [], False
        self.unread = 0
        anew = set(self._files) - set(paths) != set() or any(f.is_replaced() for f in self._files.values())
        if anew:
            self._files, self._rows, self._writers, self._last = {}, {}, {}, -1
        touched: dict[int, None] = {}
        for path in paths:
            for step, time, tag, value in self._files.setdefault(path, EventFile(path)).read_new():
                name = metric_name(tag)
                if self._writers.get(name, path) != path:
                    self._forget(name, step)
                    anew = True
                self._writers[name] = path
                self._rows.setdefault(step, {}).update({TIMESTAMP: time, name: value})
                touched[step] = None
        if touched and min(touched) < self._last:
            anew = True
        self._last = max([self._last, *touched])
        return ([], anew) if not touched and not anew else (self._of(None if anew else touched), anew)

    def after(self, step: int) -> list[MetricRow]:
        """All rows behind a step."""
        return [row for row in self._of(None) if row.step > step]

    def _of(self, steps: dict[int, None] | None) -> list[MetricRow]:
        return [MetricRow(s, self._rows[s]) for s in sorted(self._rows if steps is None else steps)]

    def _forget(self, name: str, start: int) -> None:
        for step in [s for s, row in self._rows.items() if s >= start and name in row]:
            del self._rows[step][name]
            if self._rows[step].keys() <= {TIMESTAMP}:
                del self._rows[step]
