"""The files of a workspace that look like datasets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tuner.config.workspace import Workspace
from tuner.core.enums import DatasetFormat
from tuner.data.formats import detect, purpose
from tuner.data.records import SUFFIXES, DatasetUnreadable, read_lines

_NOT_DATA = frozenset({"runs", "published", "node_modules", "site-packages", "__pycache__"})
_DEEPEST = 3
"""Folders below the workspace's own; deeper ones are other programs' mostly."""
_MOST = 500


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file. ``name`` is relative to the workspace; ``bytes`` its size; ``format`` what its first record says."""

    path: Path
    name: str
    bytes: int
    format: DatasetFormat | None

    @property
    def objective(self) -> str:
        """What such rows are for."""
        return purpose(self.format).value


def list_data_files(workspace: Workspace) -> list[DataFile]:
    """The dataset files of a workspace by name, at most 500; runs, published models and hidden folders left out.

    A ``.json`` file counts where it begins with a list: configurations and vocabularies are objects.
    """
    found: list[DataFile] = []
    for path in _candidates(workspace.root):
        try:
            stat = path.stat()
            if path.suffix.lower() == ".json" and not _begins_with_a_list(path):
                continue
        except OSError:
            continue  # gone, or not ours to read
        found.append(DataFile(path, str(path.relative_to(workspace.root)), stat.st_size, _format_of(path)))
        if len(found) == _MOST:
            break
    return sorted(found, key=lambda f: f.name)


def _candidates(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        depth = len(here.relative_to(root).parts)
        folders[:] = sorted(f for f in folders if depth < _DEEPEST and not f.startswith(".") and f not in _NOT_DATA)
        if "manifest.json" in names or "adapter_config.json" in names or "tokenizer_config.json" in names:
            folders[:] = []
            continue  # a run or a model
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield here / name


def _format_of(path: Path) -> DatasetFormat | None:
    """By the first record; no reader goes further for it."""
    try:
        first = next(read_lines(path), None)
    except DatasetUnreadable:
        return None
    return detect(first.record) if first is not None and first.record is not None else None


def _begins_with_a_list(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
