"""A log as a file that grows, is truncated, replaced or rotated: what changed is noticed before it is read."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

_PROBE = 64


class Change(StrEnum):
    """What happened to a log since the last look; the value says it."""

    NONE = ""
    GREW = "grew"
    GONE = "the log is gone"
    TRUNCATED = "the log was truncated and begins anew"
    REPLACED = "the log was replaced and begins anew"
    ROTATED = "the log was rotated and begins anew"

    @property
    def anew(self) -> bool:
        """Whether nothing that was known of the log holds."""
        return self not in {Change.NONE, Change.GREW}


class LogFile:
    """Never holds the file open. ``size`` is what it was at the last look. Not for two threads at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._stamp: tuple[int, int, int] | None = None
        self._end = b""
        """The bytes before ``size``: other ones in their place mean another log."""

    def look(self) -> Change:
        """Look at the file."""
        try:
            stat = self.path.stat()
        except OSError:
            gone = self._stamp is not None
            self.size, self._stamp, self._end = 0, None, b""
            return Change.GONE if gone else Change.NONE
        before, size = self._stamp, self.size
        self._stamp = (stat.st_dev, stat.st_ino, stat.st_mtime_ns)
        if before == self._stamp and size == stat.st_size:
            return Change.NONE
        change = Change.GREW
        if before is not None and before[:2] != self._stamp[:2]:
            change = Change.ROTATED if self._is_kept(before) else Change.REPLACED
        elif stat.st_size < size:
            change = Change.TRUNCATED
        elif self._end and self.read(size - len(self._end), len(self._end)) != self._end:
            change = Change.REPLACED
        self.size = stat.st_size
        probe = min(_PROBE, self.size)
        self._end = self.read(self.size - probe, probe)
        return change if change.anew or self.size > size else Change.NONE

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the file; fewer, or none, where it has become shorter."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return b""
        try:
            return os.pread(handle, length, offset)
        except OSError:
            return b""
        finally:
            os.close(handle)

    def earlier(self) -> list[Path]:
        """The rotated files that hold what came before, newest first: console.log.1, console.log.2 …"""
        names = self.path.parent.glob(f"{self.path.name}.*")
        return sorted((p for p in names if p.suffix[1:].isdigit()), key=lambda p: int(p.suffix[1:]))

    def _is_kept(self, stamp: tuple[int, int, int]) -> bool:
        for path in self.earlier():
            try:
                stat = path.stat()
            except OSError:
                continue
            if (stat.st_dev, stat.st_ino) == stamp[:2]:
                return True
        return False
