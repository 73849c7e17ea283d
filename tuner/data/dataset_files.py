"""Which files a dataset's name means: one, those of a folder, or those of a pattern."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from tuner.data.hub_name import HubName
from tuner.data.line import NOT_OPENED, DatasetUnreadable

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".parquet")

_PATTERN = re.compile(r"[*?\[]")
_SPLIT = re.compile(r"(train|test|validation|valid|val|dev|eval)(?![a-z])", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+)")
_BESIDE = frozenset({"dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", "config.json"})
"""JSON that the makers of datasets put beside the rows."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What changes when a dataset's files do: bytes in all, and the newest time of writing (seconds)."""

    bytes: int
    mtime: float


def exists(path: Path) -> bool:
    """Whether there is something of that name; one of the Hub is there until it is asked for."""
    return HubName.parse(str(path)) is not None or path.exists() or (_is_pattern(path) and bool(_matches(path)))


def dataset_files(path: Path) -> list[Path]:
    """The files of a dataset, shards in the order of their numbers.

    Raises:
        DatasetUnreadable: there are none, or it is not plain which are meant.
    """
    if path.is_dir():
        return _shards(path, _listed(path))
    if _is_pattern(path) and not path.exists():
        found = _matches(path)
        if not found:
            raise DatasetUnreadable(f"{path}: No such file or directory", "check the path")
        return found
    if path.suffix.lower() not in SUFFIXES:
        raise DatasetUnreadable(f"{path}: unknown kind of file {path.suffix!r}; known: {', '.join(SUFFIXES)}")
    return [path]


def identity(path: Path) -> Identity:
    """Of the dataset's files; zeros for one of the Hub.

    Raises:
        DatasetUnreadable: as ``dataset_files`` says, or a file is missing.
    """
    if HubName.parse(str(path)) is not None:
        return Identity(0, 0.0)
    stats = []
    for file in dataset_files(path):
        try:
            stats.append(file.stat())
        except OSError as error:
            raise DatasetUnreadable(f"{file}: {error.strerror or error}", NOT_OPENED) from error
    return Identity(sum(s.st_size for s in stats), max(s.st_mtime for s in stats))


def dataset_sha256(path: Path) -> str:
    """SHA-256 in hex: of the file, or of the sorted lines ``name NUL sha256-of-file``; "" for one of the Hub.

    Raises:
        OSError: a file cannot be read.
        DatasetUnreadable: as ``dataset_files`` says.
    """
    if HubName.parse(str(path)) is not None:
        return ""
    files = dataset_files(path)
    if files == [path]:
        return file_sha256(path)
    lines = sorted(f"{file.name}\0{file_sha256(file)}\n" for file in files)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def file_sha256(path: Path) -> str:
    """A file's SHA-256, in hex.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size_of(file: Path) -> int:
    """In bytes; 0 where it is gone."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _listed(folder: Path) -> list[Path]:
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(place, name) for name in names if not name.startswith(".") and name not in _BESIDE]
    return sorted((f for f in found if f.suffix.lower() in SUFFIXES), key=_by_number)


def _shards(folder: Path, files: list[Path]) -> list[Path]:
    if not files:
        raise DatasetUnreadable(
            f"{folder} holds no dataset file ({', '.join(SUFFIXES)})", "name another folder, or a file"
        )
    kinds = sorted({f.suffix.lower() for f in files})
    if len(kinds) > 1:
        raise DatasetUnreadable(
            f"{folder} holds several kinds of files ({', '.join(kinds)})", f"name one, as {folder}/*{kinds[0]}"
        )
    splits = sorted({found[1].lower() for f in files if (found := _SPLIT.match(f.name))})
    if len(splits) > 1 or (splits and not all(_SPLIT.match(f.name) for f in files)):
        raise DatasetUnreadable(
            f"{folder} holds more than one split ({', '.join(splits)})",
            f"name one, as {folder}/{splits[-1]}*{kinds[0]}",
        )
    return files


def _is_pattern(path: Path) -> bool:
    return _PATTERN.search(path.name) is not None


def _matches(path: Path) -> list[Path]:
    try:
        found = [f for f in path.parent.glob(path.name) if f.suffix.lower() in SUFFIXES and f.is_file()]
    except (OSError, ValueError):
        return []
    return sorted(found, key=_by_number)


def _by_number(file: Path) -> list[tuple[int, str]]:
    """part-2 before part-10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in _NUMBER.split(str(file))]
