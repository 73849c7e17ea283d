"""The marked runs, whose metrics are drawn over those of the watched one."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.message import Message

from tuiapp.messages import OverlayRead
from tuiapp.screens.reading.overlay import OverlayRun
from tuner.runs.metric_reader import MetricReader
from tuner.runs.run_index import RunIndex


@dataclass
class _Marked:
    path: Path
    reader: MetricReader


class OverlaidRuns:
    """Reads each marked run as far as it was not read yet. For several threads."""

    def __init__(self, index: RunIndex) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._marked: dict[str, _Marked] = {}

    def choose(self, run_ids: Sequence[str]) -> list[Message]:
        """Read these runs, and no others, from now on; one that is gone is left out."""
        with self._lock:
            chosen: dict[str, _Marked] = {}
            for run_id in run_ids:
                folder = self._index.folder(run_id)
                if folder is not None:
                    known = self._marked.get(run_id)
                    chosen[run_id] = known or _Marked(folder.path, MetricReader(folder.path))
            self._marked = chosen
            for marked in chosen.values():
                marked.reader.refresh()
            return [self._told()]

    def look(self, folders: Collection[Path] | None = None) -> list[Message]:
        """Read on where something changed in these folders; None: in any of them that may still change.

        Returns:
            An OverlayRead where there is something new, else nothing.
        """
        with self._lock:
            asked = {f.path for f in self._index.lively()} if folders is None else folders
            read = [m.reader.refresh() for m in self._marked.values() if m.path in asked]
            return [self._told()] if any(read) else []

    def paths(self) -> list[Path]:
        """The folders of the marked runs."""
        with self._lock:
            return [m.path for m in self._marked.values()]

    def _told(self) -> OverlayRead:
        names = {run.id: run.name for run in self._index.runs() if run.id in self._marked}
        return OverlayRead([OverlayRun(id_, names.get(id_, id_), m.reader.view()) for id_, m in self._marked.items()])
