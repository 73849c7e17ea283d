"""complete.json: a checkpoint counts only once it stands, and only while its files match it (standard library only)."""

from __future__ import annotations

import os
from pathlib import Path

from tuner.runs.atomic import write_json
from tuner.runs.json_file import UnreadableFile, read_object
from tuner.runs.layout import utc_now

MARKER = "complete.json"


def mark_complete(folder: Path) -> None:
    """Write the marker with every file's size, after the files themselves are on the disk."""
    sizes: dict[str, int] = {}
    for path in _files(folder):
        with path.open("rb") as file:
            os.fsync(file.fileno())
        sizes[path.relative_to(folder).as_posix()] = path.stat().st_size
    write_json(folder / MARKER, {"files": sizes, "created": utc_now()})


def is_complete(folder: Path) -> bool:
    """Whether the marker stands and each file has the size it names."""
    try:
        files = read_object(folder / MARKER).get("files")
    except UnreadableFile:
        return False
    if not isinstance(files, dict):
        return False
    for name, size in files.items():
        try:
            if (folder / name).stat().st_size != size:
                return False
        except (OSError, ValueError):  # ValueError: a name that no file can have
            return False
    return True


def folder_bytes(folder: Path) -> int:
    """The size of all files below a folder, in bytes."""
    return sum(p.stat().st_size for p in _files(folder))


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MARKER)
