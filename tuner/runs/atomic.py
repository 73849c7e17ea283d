"""Files written whole or not at all, lines appended whole (standard library only)."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_bytes(path: Path, data: bytes, *, durable: bool = True, mode: int = 0o644) -> None:
    """Replace ``path`` by ``data`` in one step: a reader sees the old file or the new one, never a part.

    ``durable=False`` leaves out the fsync, for what the next second will write again.

    Raises:
        OSError: the folder cannot be written or the disk is full; the old file then stands as it was.
    """
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def write_json(path: Path, value: Mapping[str, object], *, durable: bool = True) -> None:
    """Write one JSON object whole, indented for people."""
    write_bytes(path, _encoded(json.dumps(value, indent=2, ensure_ascii=False) + "\n"), durable=durable)


def append_line(path: Path, line: str, *, durable: bool = False) -> None:
    """Append one line with a single write, first closing a torn last line that a killed writer left."""
    data = _encoded(line) + b"\n"
    with path.open("ab") as file:
        if file.tell() and not _ends_with_newline(path):
            data = b"\n" + data
        file.write(data)
        file.flush()
        if durable:
            os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _encoded(text: str) -> bytes:
    """JSON as UTF-8; halves of surrogate pairs (names of files that are not UTF-8) as JSON escapes."""
    return text.encode("utf-8", errors="backslashreplace")


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
