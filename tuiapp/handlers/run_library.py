"""The collection of runs: finding them, saying something of them, deleting them and bringing them back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

from tuiapp.handlers.context import Context
from tuner.core.errors import ConfigurationError
from tuner.discovery.references import find_folder
from tuner.discovery.run_folders import RunFolder
from tuner.discovery.summaries import summarise_folder
from tuner.jobs.reconcile import reconcile_run
from tuner.runs.annotations import Annotations, Said, annotate
from tuner.runs.layout import RUN_ID
from tuner.runs.query import RunQuery
from tuner.runs.query_fields import state_words
from tuner.runs.run_index import RunIndex
from tuner.runs.run_sort import GROUP_KEYS, SORT_KEYS, group_runs, sort_runs
from tuner.runs.summary import RunSummary
from tuner.runs.trash import discard, restore

_NEWEST_FIRST = frozenset({"created", "started", "finished"})


@dataclass(frozen=True, slots=True)
class Listing:
    """What is asked of a list of runs.

    ``state`` is a state or live, ended, stale; ``sort`` one of SORT_KEYS or a metric, None: the newest first; ``limit``
    0 is none.
    """

    query: str = ""
    state: str | None = None
    sort: str | None = None
    reverse: bool = False
    archived: bool = False
    limit: int = 0


class LibraryHandler:
    """The runs of one workspace and its sources, as a collection."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def runs(self, listing: Listing | None = None) -> tuple[list[RunSummary], list[str]]:
        """The runs that are asked for, pinned ones first, and what is to be said of where they were looked for.

        Raises:
            ConfigurationError: the query cannot be understood, or no run has what is to be sorted by.
        """
        asked = listing or Listing()
        query = replace(RunQuery.parse(asked.query), with_archived=asked.archived)
        if query.problems:
            raise ConfigurationError("; ".join(query.problems), hint="the query language: docs/queries.md")
        with closing(RunIndex(self.context.workspace)) as index:
            index.load()
            index.scan()
            for run_dir in index.live():
                if reconcile_run(run_dir):
                    index.look_at([run_dir])
        found = [r for r in query.select(index.runs()) if asked.state is None or asked.state in state_words(r)]
        return _sorted(found, asked)[: asked.limit or None], index.diagnostics

    def grouped(self, runs: Sequence[RunSummary], key: str) -> list[tuple[str, list[RunSummary]]]:
        """The runs in groups.

        Raises:
            ConfigurationError: runs are not grouped by that.
        """
        if key not in GROUP_KEYS:
            raise ConfigurationError(f"runs are not grouped by {key!r}", hint=f"there are {', '.join(GROUP_KEYS)}")
        return group_runs(runs, key)

    def find(self, reference: str) -> RunFolder:
        """The run that a person names.

        Raises:
            DiscoveryError: there is none, or there are several.
        """
        workspace = self.context.workspace
        if RUN_ID.fullmatch(reference) and (workspace.runs / reference).is_dir():
            return RunFolder(reference, workspace.runs / reference)  # a whole id needs no search among thousands
        return find_folder(workspace, reference)

    def summary(self, folder: RunFolder) -> RunSummary:
        """One run as it is now, with what is said of it."""
        annotations = Annotations(self.context.workspace)
        annotations.refresh()
        return annotations.put_on(summarise_folder(folder))

    def annotate(self, reference: str, **said: Unpack[Said]) -> RunSummary:
        """Change what is said of a run. Returns the run as it is then.

        Raises:
            DiscoveryError: there is no such run, or there are several.
            ConfigurationError: a text is empty or too long, or it cannot be written.
        """
        folder = self.find(reference)
        annotate(folder, self.context.workspace, **said)
        return self.summary(folder)

    def discard(self, reference: str, *, now: bool = False) -> RunFolder:
        """Delete a run that has ended; unless ``now``, it can be restored for a week. Returns where it lay.

        Raises:
            DiscoveryError: there is no such run, or there are several.
            ConfigurationError: the run is live, another tool's, or cannot be moved.
        """
        folder = self.find(reference)
        reconcile_run(folder.path)
        discard(folder.path, self.context.workspace, now=now)
        return folder

    def restore(self, run_id: str) -> Path:
        """Bring a deleted run back. Returns its folder.

        Raises:
            DiscoveryError: no deleted run, or more than one, is called so.
            ConfigurationError: its place is taken, or cannot be written.
        """
        return restore(run_id, self.context.workspace)


def _sorted(runs: list[RunSummary], asked: Listing) -> list[RunSummary]:
    key = asked.sort
    if key is None:  # they are in the order in which they were made, also those that cannot tell
        ordered = runs[::-1] if asked.reverse else runs
        return sorted(ordered, key=lambda r: not r.pinned)
    if key not in SORT_KEYS and runs and not any(key in r.metrics for r in runs):
        raise ConfigurationError(
            f"none of the runs has a metric {key!r}", hint=f"sort by a metric, or by {', '.join(SORT_KEYS)}"
        )
    return sort_runs(runs, key, descending=(key in _NEWEST_FIRST) is not asked.reverse)
