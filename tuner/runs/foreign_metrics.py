"""Metrics of other tools that are neither JSON lines nor trainer_state.json: event files, and mlx-lm's console."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tuner.runs.event_files import MISSING, can_read_events, event_files
from tuner.runs.event_metrics import EventMetrics
from tuner.runs.file_tail import FileTail
from tuner.runs.layout import RunPaths
from tuner.runs.metric_lines import MetricRow
from tuner.runs.mlx_console import mlx_console_logs, mlx_console_row
from tuner.runs.trainer_states import newest_trainer_state


@dataclass(frozen=True, slots=True)
class News:
    """The rows that came since the last look; ``anew``: they are all there are, and the ones before are void."""

    rows: list[MetricRow] = field(default_factory=list)
    anew: bool = False


class ForeignMetrics:
    """Follows what one run folder has besides JSON; most have nothing, which costs a listing."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self._events = EventMetrics(run_dir)
        self._console: dict[Path, FileTail] = {}

    @property
    def skipped(self) -> int:
        """Records that could not be decoded. A console log's other lines are no metrics by right."""
        return self._events.skipped

    @property
    def unread(self) -> int:
        """Event files that cannot be read because the tensorboard package is missing."""
        return self._events.unread

    def read_new(self) -> News:
        """Read what was added. A run of ours has none of this."""
        if RunPaths(self.run_dir).manifest.exists():
            return News()
        if (self.run_dir / "adapter_config.json").is_file():
            return self._read_console()
        rows, anew = self._events.read_new()
        return News(rows, anew)

    def after(self, step: int | None) -> list[MetricRow]:
        """All rows behind a step, or all; read anew where they are not kept."""
        if self._console:
            self._console = {}
            rows = self._read_console().rows
        else:
            rows = self._events.after(-1 if step is None else step)
        return [row for row in rows if step is None or row.step > step]

    def _read_console(self) -> News:
        logs = mlx_console_logs(self.run_dir)
        anew = bool(set(self._console) - set(logs)) or any(tail.is_replaced() for tail in self._console.values())
        if anew:
            self._console = {}
        rows = []
        for path in logs:
            for block in self._console.setdefault(path, FileTail(path)).blocks():
                rows += [row for line in block.split(b"\n") if (row := mlx_console_row(line)) is not None]
        return News(rows, anew)


def notice_of(run_dir: Path) -> str:
    """Why the metrics of a run folder cannot be read and what to do; "" where they can, or lie elsewhere too."""
    if newest_trainer_state(run_dir) is not None or can_read_events() or not event_files(run_dir):
        return ""
    return MISSING
