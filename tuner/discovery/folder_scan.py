"""The names in folders, listed again only where a folder changed: a second look costs one stat a folder."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import NamedTuple

_SETTLED_NS = 2_000_000_000
"""A folder changed less than so long ago is listed again: its time stamp may be too coarse to tell a second change."""


class Names(NamedTuple):
    """What lies in a folder: folders (links to folders left out, which may lead in circles) and all else."""

    folders: frozenset[str]
    files: frozenset[str]


NOTHING = Names(frozenset(), frozenset())


class FolderScan:
    """Lists folders and remembers what it saw."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, Names]] = {}

    def names(self, folder: Path) -> Names:
        """The names in a folder; none where it is missing or closed to us."""
        place = str(folder)
        try:
            changed = folder.stat().st_mtime_ns
            known = self._seen.get(place)
            if known is not None and known[0] == changed:
                return known[1]
            found = _listed(folder)
        except OSError:
            self._seen.pop(place, None)
            return NOTHING
        if time.time_ns() - changed > _SETTLED_NS:
            self._seen[place] = (changed, found)
        return found


def _listed(folder: Path) -> Names:
    folders: list[str] = []
    files: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            (folders if entry.is_dir(follow_symlinks=False) else files).append(entry.name)
    return Names(frozenset(folders), frozenset(files))
