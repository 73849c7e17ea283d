"""The collection of runs: finding them, saying something of them, deleting them and bringing them back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tuiapp.handlers.context import Context
from tuner.discovery.references import find_folder
from tuner.discovery.run_folders import RunFolder
from tuner.discovery.summaries import summarise_folder
from tuner.jobs.reconcile import reconcile_run
from tuner.runs.annotations import Annotations, annotate
from tuner.runs.layout import RUN_ID
from tuner.runs.summary import RunSummary
from tuner.runs.trash import discard, restore, trashed


class LibraryHandler:
    """The runs of one workspace and its sources, as a collection."""

    def __init__(self, context: Context) -> None:
        self.context = context

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

    def annotate(
        self,
        reference: str,
        *,
        tags: Iterable[str] | None = None,
        add_tags: Iterable[str] = (),
        remove_tags: Iterable[str] = (),
        note: str | None = None,
        pinned: bool | None = None,
        archived: bool | None = None,
        name: str | None = None,
    ) -> RunSummary:
        """Change what is said of a run; what is None stays. Returns the run as it is then.

        Raises:
            DiscoveryError: there is no such run, or there are several.
            ConfigurationError: a text is empty or too long, or it cannot be written.
        """
        folder = self.find(reference)
        annotate(
            folder,
            self.context.workspace,
            tags=tags,
            add_tags=add_tags,
            remove_tags=remove_tags,
            note=note,
            pinned=pinned,
            archived=archived,
            name=name,
        )
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

    def deleted(self) -> list[str]:
        """The ids of the runs that can be restored, the last deleted first."""
        return [path.name for path in trashed(self.context.workspace)]
