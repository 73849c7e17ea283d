"""A file of lines that grows: only what was appended since the last look is read."""

from __future__ import annotations

from pathlib import Path

_BLOCK = 8 * 1024 * 1024
_MARK = 256
"""Bytes before the unread part that are compared, to notice a file that was written anew."""


class FileTail:
    """One file's unread part. A torn last line waits until the rest of it has come."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        self.identity: tuple[int, int] | None = None
        self._mark = b""

    def is_replaced(self) -> bool:
        """Whether what was read before no longer stands at the front of this file."""
        try:
            stat = self.path.stat()
            if self._mark != self._before_offset():
                return True
        except OSError:
            return True
        return self.identity is not None and (self.identity != (stat.st_dev, stat.st_ino) or stat.st_size < self.offset)

    def read_lines(self) -> list[bytes]:
        stat = self.path.stat()
        self.identity = (stat.st_dev, stat.st_ino)
        if stat.st_size <= self.offset:
            return []
        lines: list[bytes] = []
        with self.path.open("rb") as file:
            file.seek(self.offset)
            rest = b""
            while block := file.read(_BLOCK):
                whole, newline, rest = (rest + block).rpartition(b"\n")
                if newline:
                    lines += whole.split(b"\n")
                    self.offset += len(whole) + 1
        self._mark = self._before_offset()
        return lines

    def _before_offset(self) -> bytes:
        with self.path.open("rb") as file:
            start = max(0, self.offset - _MARK)
            file.seek(start)
            return file.read(self.offset - start)
