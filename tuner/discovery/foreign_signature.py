"""A cheap way to tell that another tool's run changed: one listing of each folder in which it writes."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from tuner.runs.layout import checkpoint_step

_WRITTEN_IN = ("checkpoints", "logs", "runs", "final_model")
_BESIDE = (".log", ".txt", ".out")
"""Endings of a console log beside the folder, which has its name."""

Stamp = tuple[str, int, int]


def foreign_signature(path: Path) -> tuple[int, ...]:
    """(things, newest change in ns, bytes, checksum of names, times and sizes); equal means that nothing changed."""
    stamps = sorted(_stamps(str(path)))
    checksum = zlib.crc32("\0".join(f"{name}:{time}:{size}" for name, time, size in stamps).encode("utf-8", "replace"))
    newest = max((time for _, time, _ in stamps), default=0)
    return len(stamps), newest, sum(size for *_, size in stamps), checksum


def _stamps(folder: str) -> Iterator[Stamp]:
    steps: list[tuple[int, str]] = []
    for place in (folder, *(os.path.join(folder, name) for name in _WRITTEN_IN)):  # noqa: PTH118  # a tenth of the time
        for entry in _entries(place):
            stamp = _stamp(entry.name, entry)
            if stamp is not None:
                yield stamp
            step = checkpoint_step(Path(entry.name)) if entry.name.startswith("checkpoint-") else None
            if step is not None:
                steps.append((step, entry.path))
            elif place.endswith("runs"):  # a folder of event files a start
                yield from filter(None, (_stamp(inner.name, inner) for inner in _entries(entry.path)))
    newest = [os.path.join(max(steps)[1], "trainer_state.json")] if steps else []  # noqa: PTH118
    for file in (*newest, *(folder + ending for ending in _BESIDE)):
        try:
            stat = os.stat(file)  # noqa: PTH116
        except OSError:
            continue
        yield file, stat.st_mtime_ns, stat.st_size


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:  # missing, or a file
        return []


def _stamp(name: str, entry: os.DirEntry[str]) -> Stamp | None:
    try:
        stat = entry.stat()
    except OSError:
        return None  # deleted just now, or a link to nothing
    return name, stat.st_mtime_ns, stat.st_size
