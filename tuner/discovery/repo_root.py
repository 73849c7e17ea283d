"""The folder discovery starts from when none is named."""

from __future__ import annotations

from pathlib import Path

_MARKS = ("Trainers", ".tuner", "runs")


def find_repo_root(start: Path | None = None) -> Path:
    """The nearest folder at or above ``start`` (default: the current one) that looks like a workspace or checkout."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if any((folder / mark).is_dir() for mark in _MARKS):
            return folder
    return here
