"""Other tools' runs are never written: the refusal, and what to do instead."""

from __future__ import annotations

from pathlib import Path

from tuner.config.workspace import Workspace
from tuner.core.errors import ConfigurationError
from tuner.discovery.references import folder_at
from tuner.discovery.run_folders import RunFolder
from tuner.runs.layout import RUN_ID


def refuse_foreign(workspace: Workspace, run: RunFolder | Path) -> None:
    """Let runs of ours pass.

    Raises:
        ConfigurationError: the run is another tool's; the hint says how to adopt it.
    """
    path = run.path if isinstance(run, RunFolder) else run
    if path.parent == workspace.runs and RUN_ID.fullmatch(path.name):
        return
    known = folder_at(workspace, path)
    maker, name = "another tool" if known.is_ours else known.source, known.id
    raise ConfigurationError(
        f"{name} was made by {maker} and is read-only here",
        hint=f"make it a run of this workspace first: tuner runs adopt {name}",
    )
