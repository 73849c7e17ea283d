"""A run as lists show it, whoever made it, and a cheap way to tell that it changed."""

from __future__ import annotations

from tuner.discovery.run_folders import RunFolder
from tuner.runs.summary import RunSummary, run_signature, summarise


def summarise_folder(folder: RunFolder) -> RunSummary:
    """Read one run. It never raises for a run that is broken: it is shown with what can be read."""
    if folder.is_ours:
        return summarise(folder.path)
    from tuner.discovery.foreign_summary import summarise_foreign  # not for a workspace that has none

    return summarise_foreign(folder)


def signature(folder: RunFolder) -> tuple[int, ...]:
    """Times and sizes of the files that the summary is made of; equal means that nothing changed."""
    if folder.is_ours:
        return run_signature(folder.path)
    from tuner.discovery.foreign_signature import foreign_signature

    return foreign_signature(folder.path)
