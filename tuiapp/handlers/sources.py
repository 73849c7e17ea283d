"""The folders outside a workspace whose runs it shows too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tuiapp.handlers.context import Context
from tuner.config.sources import add_source, remove_source, sources_of
from tuner.config.workspace import expanded
from tuner.discovery.foreign_layouts import foreign_runs

Json = dict[str, object]


class SourcesHandler:
    """The sources of one workspace."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def listed(self) -> list[Json]:
        """Each source with the number of runs in it; ``exists`` False where the folder is missing."""
        return self._told(sources_of(self.context.workspace))

    def add(self, folder: str) -> list[Json]:
        """Add a folder; relative ones mean the current folder. Returns all sources.

        Raises:
            ConfigurationError: there is no such folder, or the settings cannot be written.
        """
        return self._told(add_source(self.context.workspace, expanded(folder)))

    def remove(self, folder: str) -> list[Json]:
        """Forget a source. Returns those that are left.

        Raises:
            ConfigurationError: it is no source.
        """
        return self._told(remove_source(self.context.workspace, expanded(folder)))

    def _told(self, sources: Sequence[Path]) -> list[Json]:
        return [{"path": str(s), "exists": s.is_dir(), "runs": len(list(foreign_runs(s, [])))} for s in sources]
