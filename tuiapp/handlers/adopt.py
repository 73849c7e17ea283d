"""Making another tool's run one of ours."""

from __future__ import annotations

from tuiapp.handlers.context import Context
from tuner.discovery.references import find_folder
from tuner.jobs.adopt import adopt
from tuner.runs.summary import RunSummary, summarise


class AdoptHandler:
    """Adopts runs into one workspace."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def adopt(self, reference: str, *, move: bool = False) -> RunSummary:
        """Make a run of ours from the run that a person names. Returns the new one.

        Raises:
            DiscoveryError: there is none, or there are several.
            ConfigurationError: it is ours already, may still be training, or cannot be taken over.
        """
        workspace = self.context.workspace
        return summarise(adopt(workspace, find_folder(workspace, reference), move=move))
