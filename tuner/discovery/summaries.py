"""A run as lists show it, whoever made it, and a cheap way to tell that it changed."""

from __future__ import annotations

from pathlib import Path

from tuner.discovery.run_folders import RunFolder
from tuner.runs.layout import RunPaths
from tuner.runs.summary import RunSummary, summarise


def summarise_folder(folder: RunFolder) -> RunSummary:
    """Read one run. It never raises for a run that is broken: it is shown with what can be read."""
    if folder.is_ours:
        return summarise(folder.path)
    from tuner.discovery.foreign_summary import summarise_foreign  # what it needs costs a third of the screen's start

    return summarise_foreign(folder)


def signature(folder: RunFolder) -> tuple[int, ...]:
    """Times and sizes of the files that the summary is made of; equal means that nothing changed."""
    if folder.is_ours:
        return _our_signature(folder.path)
    from tuner.discovery.foreign_summary import foreign_signature

    return foreign_signature(folder.path)


def _our_signature(run_dir: Path) -> tuple[int, ...]:
    paths = RunPaths(run_dir)
    stamps: list[int] = []
    for path in (paths.state, paths.manifest, *paths.metric_files()[-1:]):
        try:
            stat = path.stat()
        except OSError:
            stamps.append(0)
        else:
            stamps += (stat.st_mtime_ns, stat.st_size)
    return tuple(stamps)
