"""Every run folder that a workspace shows: its own, other tools' below it, and those of its sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

OURS = "tuner"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where a run lies. ``id`` is unique in the workspace: ours is the folder's name, another tool's is made from its
    path and stays the same. ``source`` names the maker: tuner, huggingface, llama-factory, ms-swift, mlx-lm,
    synaptic-tuner, tensorboard.
    """

    id: str
    path: Path
    source: str = OURS

    @property
    def is_ours(self) -> bool:
        """Whether it may be written: other tools' runs are read-only until adopted."""
        return self.source == OURS
