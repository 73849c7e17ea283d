"""Whether deleting a run would take checkpoints away that nobody else has."""

from __future__ import annotations

from pathlib import Path

from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest


def has_unpublished(run_dir: Path) -> bool:
    """Whether the run has checkpoints, and nothing of it was published. Reads the disk: for workers."""
    paths = RunPaths(run_dir)
    try:
        has_any = paths.final_model.exists() or any(paths.checkpoints.iterdir())
    except OSError:
        has_any = False
    try:
        return has_any and not read_manifest(run_dir).get("published")
    except UnreadableFile:
        return has_any
