"""Rows of several files, one an attempt, followed into one history."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tuner.runs.epoch_summary import epoch_summary
from tuner.runs.file_tail import FileId, FileTail, file_id
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import parse_row

_LONG = 4 * 1024 * 1024
"""Unread bytes from which numpy and msgspec are worth their import."""


class RowFollower:
    """Reads only what was appended; begins anew where a file was cut, replaced or deleted.

    ``skipped`` counts the lines that were not metric rows.

    Args:
        merge: as for MetricHistory.
    """

    def __init__(self, *, merge: bool = True) -> None:
        self._merge = merge
        self._tails: dict[FileId, FileTail] = {}
        self.history = MetricHistory(merge=merge)
        self.skipped = 0

    def read(self, files: Sequence[Path]) -> bool:
        """Read what is new in these files, oldest first.

        Returns:
            True where the history changed.

        Raises:
            OSError: a file cannot be read, as where it is deleted just now.
        """
        found = {file_id(path): path for path in files}
        changed = False
        for identity, tail in self._tails.items():
            tail.path = found.get(identity, tail.path)  # a log that was rotated has another name now
        if self._tails.keys() - found.keys() or any(t.is_replaced() for t in self._tails.values()):
            changed = len(self.history) > 0
            self.forget()
        for identity, path in found.items():
            changed |= self._follow(self._tails.setdefault(identity, FileTail(path)))
        return changed

    def forget(self) -> None:
        """Begin anew."""
        self._tails, self.history, self.skipped = {}, MetricHistory(merge=self._merge), 0

    def _follow(self, tail: FileTail) -> bool:
        unread = tail.unread()
        if unread > _LONG and self._merge:
            from tuner.runs.metric_load import load

            self.skipped += load(self.history, tail.blocks(), unread)
            return True
        changed = False
        for lines in tail.blocks():
            for line in lines.split(b"\n"):
                row = (parse_row(line) or epoch_summary(line, self.history)) if line else None
                if row is None:
                    self.skipped += bool(line.strip())
                    continue
                self.history.add(row)
                changed = True
        return changed
