"""Checkpoints that are kept for good, whatever makes room for others."""

from __future__ import annotations

from dataclasses import dataclass

from tuiapp.handlers.context import Context
from tuner.discovery.read_only import refuse_foreign
from tuner.discovery.references import find_checkpoint, folder_at
from tuner.runs.annotations import annotate


@dataclass(frozen=True, slots=True)
class Pinned:
    """What became of a checkpoint. ``label`` is its step or "final"."""

    run_id: str
    step: int
    label: str
    pinned: bool

    def as_dict(self) -> dict[str, object]:
        return {"run_id": self.run_id, "step": self.step, "pinned": self.pinned}


def pin_checkpoint(context: Context, reference: str, *, pinned: bool = True) -> Pinned:
    """Keep the checkpoint that RUN[@STEP|@best|@final] names, or let it go again; without @, the best.

    Raises:
        DiscoveryError: no such run or whole checkpoint.
        ConfigurationError: the run is another tool's, or its manifest cannot be written.
    """
    workspace = context.workspace
    run_dir, checkpoint = find_checkpoint(workspace, reference)
    refuse_foreign(workspace, run_dir)
    folder, step = folder_at(workspace, run_dir), checkpoint.info.step
    if pinned:
        annotate(folder, workspace, pin_checkpoints=[step])
    else:
        annotate(folder, workspace, unpin_checkpoints=[step])
    return Pinned(folder.id, step, "final" if checkpoint.info.is_final else str(step), pinned)
