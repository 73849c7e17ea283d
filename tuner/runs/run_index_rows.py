"""One run as a row of the index: what its summary says, packed; id, maker and folder have columns of their own."""

from __future__ import annotations

import operator
import os
import zlib
from collections.abc import Callable
from dataclasses import fields, make_dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from tuner.discovery.run_folders import RunFolder
from tuner.runs.summary import RunSummary

_FIELDS = [(f.name, f.type) for f in fields(RunSummary)]
_OWN = ("id", "source", "path", "sparkline")
_PACKED = ("sparkline", *(name for name, _ in _FIELDS if name not in _OWN))
SCHEMA = 1 + zlib.crc32(repr(_FIELDS).encode()) % 0x7FFF_0000
"""The index is made anew where this differs: what a summary holds has changed."""

# A summary cannot be changed, and each of its thirty fields is set the long way round for that. By the ten thousand
# that takes longer than all the rest, so they are made in a class of the same fields that can be changed, and then told
# their own class.
_Loose: Callable[..., RunSummary] = make_dataclass("_Loose", [*_OWN, *_PACKED[1:]], slots=True)
_values = operator.attrgetter(*_PACKED)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple).decode


class Row(NamedTuple):
    """A row as it is stored. ``place`` is the folder, relative to the workspace where it lies below."""

    place: str
    id: str
    source: str
    stamp: bytes
    packed: bytes


def pack(root: Path, folder: RunFolder, stamp: bytes, run: RunSummary) -> Row | None:
    """Make a row; None where the folder's name or a text of the run is no UTF-8: such a run is read anew each time."""
    place = place_of(root, folder)
    try:
        return None if place is None else Row(place, folder.id, folder.source, stamp, _encode(_values(run)))
    except UnicodeEncodeError:
        return None


def place_of(root: Path, folder: RunFolder) -> str | None:
    """The folder as rows name it; None where its name is no UTF-8, so that no row can name it."""
    place = str(folder.path).removeprefix(str(root) + os.sep)
    try:
        place.encode()
    except UnicodeEncodeError:
        return None
    return place


def unpack(root: Path, row: Row) -> tuple[RunFolder, RunSummary] | None:
    """Read a row; None where it holds something else."""
    path = root / row.place
    try:
        values = _decode(row.packed)
        run = _Loose(row.id, row.source, path, tuple(values[0]), *values[1:])
    except (msgspec.DecodeError, IndexError, TypeError):
        return None
    run.__class__ = RunSummary
    return RunFolder(row.id, path, row.source), run
