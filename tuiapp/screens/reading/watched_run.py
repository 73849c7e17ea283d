"""The one run that is shown in full: read again only where its files changed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from textual.message import Message

from tuiapp.messages import CheckpointsChanged, ConfigurationRead, MetricsRead
from tuiapp.screens.reading.watched_log import WatchedLog
from tuner.runs.layout import RunPaths
from tuner.runs.metric_reader import MetricReader
from tuner.runs.metrics_view import MetricsView
from tuner.runs.run_texts import configuration_of, console_of
from tuner.runs.text_tail import inert

_LONGEST_CONFIGURATION = 200_000

Stamp = tuple[int, int] | None


@dataclass
class _Seen:
    """What each file was like at the last look."""

    job: Stamp = None
    checkpoints: tuple[object, ...] = ()
    evaluations: int = -1
    read_once: bool = False


class WatchedRun:
    """Makes messages out of what changed since the last look. Not for two threads at once.

    ``run_id`` is what the messages call it: another tool's run has an id that is not its folder's name.
    """

    def __init__(self, run_dir: Path, run_id: str) -> None:
        self.run_dir = run_dir
        self.run_id = run_id
        self._paths = RunPaths(run_dir)
        self._reader = MetricReader(run_dir)
        self._seen = _Seen()
        self._view: MetricsView | None = None
        self._log = WatchedLog(run_id, console_of(run_dir), lambda: self._view)

    def changes(self) -> list[Message]:
        """One message for each part that changed; all parts at the first look."""
        first, self._seen.read_once = not self._seen.read_once, True
        made: list[Message] = []
        made += self._metrics(first)
        made += self._log.look(first=first)
        made += self._configuration(first)
        made += self._checkpoints(first)
        return made

    def _metrics(self, first: bool) -> list[Message]:
        if not self._reader.refresh() and not first:
            return []
        self._view = self._reader.view()
        return [MetricsRead(self.run_id, self._view, self._reader.skipped)]

    def _configuration(self, first: bool) -> list[Message]:
        path = configuration_of(self.run_dir)
        stamp = _stamp(path)
        if stamp == self._seen.job and not first:
            return []
        self._seen.job = stamp
        return [ConfigurationRead(self.run_id, _text(path) if stamp else "", inert(path.name))]

    def _checkpoints(self, first: bool) -> list[Message]:
        """A new evaluation changes scores, a marker makes a checkpoint whole."""
        found = _checkpoint_stamps(self._paths)
        evaluations = _evaluations(self._reader.view())
        if not first and (found, evaluations) == (self._seen.checkpoints, self._seen.evaluations):
            return []
        self._seen.checkpoints, self._seen.evaluations = found, evaluations
        return [CheckpointsChanged(self.run_id)]


def _evaluations(view: MetricsView) -> int:
    """How many values of evaluation are known."""
    return sum(len(view.series(name)) for name in view.names if name.startswith("eval_"))


def _checkpoint_stamps(paths: RunPaths) -> tuple[object, ...]:
    stamps: list[object] = [_stamp(paths.final_model / "complete.json")]
    for base in (paths.checkpoints, paths.root):
        try:
            names = sorted(e.name for e in os.scandir(base) if e.name.startswith("checkpoint") or _is_mlx(e.name))
        except OSError:
            continue
        stamps += [(name, _stamp(base / name / "complete.json")) for name in names]
    return tuple(stamps)


def _is_mlx(name: str) -> bool:
    """mlx-lm saves a file a checkpoint."""
    return name.endswith("adapters.safetensors")


def _stamp(path: Path) -> Stamp:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _text(path: Path) -> str:
    """A small text file as inert lines; what cannot be read is said in its place."""
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST_CONFIGURATION)
    except OSError as error:
        return f"# cannot be read: {error.strerror or error}"
    return "\n".join(inert(line) for line in data.decode("utf-8", errors="replace").splitlines())
