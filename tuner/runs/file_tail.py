"""A file of lines that grows: only what was appended since the last look is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_BLOCK = 1 << 19
"""Bytes read at once: what is made of them still lies in the processor's cache."""
_MARK = 256
"""Bytes before the unread part that are compared, to notice a file that was written anew."""

FileId = tuple[int, int]
"""Device and inode: a file that is renamed keeps them."""


class FileTail:
    """One file's unread part, under whatever name ``path`` says it has now. A torn last line waits for its rest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        self._identity: FileId | None = None
        self._stamp: tuple[int, int] | None = None
        self._mark = b""

    def unread(self) -> int:
        """Bytes behind what was read."""
        return self.path.stat().st_size - self.offset

    def is_replaced(self) -> bool:
        """Whether what was read before no longer stands at the front of this file: cut short, written anew, deleted."""
        try:
            stat = self.path.stat()
            if self._identity not in {None, (stat.st_dev, stat.st_ino)} or stat.st_size < self.offset:
                return True
            return self._stamp != (stat.st_size, stat.st_mtime_ns) and self._mark != self._before_offset()
        except OSError:
            return True

    def blocks(self) -> Iterator[bytes]:
        """The whole lines that are new, many at a time, each with its end."""
        stat = self.path.stat()
        self._identity = (stat.st_dev, stat.st_ino)
        if stat.st_size > self.offset:
            yield from self._read()
            self._mark = self._before_offset()
        self._stamp = (stat.st_size, stat.st_mtime_ns)

    def read_lines(self) -> list[bytes]:
        """The whole lines that are new, without their ends."""
        return [line for lines in self.blocks() for line in lines.split(b"\n")[:-1]]

    def _read(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(self.offset)
            rest, size = b"", _BLOCK
            while block := file.read(size):
                block = rest + block
                end = block.rfind(b"\n") + 1
                rest = block[end:]
                size = _BLOCK if end else 2 * size  # one very long line is not put together anew for every block
                if end:
                    self.offset += end
                    yield block[:end]

    def _before_offset(self) -> bytes:
        with self.path.open("rb") as file:
            start = max(0, self.offset - _MARK)
            file.seek(start)
            return file.read(self.offset - start)


def file_id(path: Path) -> FileId:
    """Tells a file apart from another that has taken its name.

    Raises:
        OSError: it is not there.
    """
    stat = path.stat()
    return stat.st_dev, stat.st_ino
