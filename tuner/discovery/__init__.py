"""Finding things: training runs (ours and other tools'), checkpoints, models on servers, prompt sets.

Nothing here raises for a missing folder or a server that is down: the result is empty, and ``diagnostics`` on the
object says why.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuner.discovery.checkpoints import CheckpointDiscovery
    from tuner.discovery.models import ModelDiscovery
    from tuner.discovery.prompt_sets import PromptSetDiscovery
    from tuner.discovery.training_runs import TrainingRunDiscovery

__all__ = ["CheckpointDiscovery", "ModelDiscovery", "PromptSetDiscovery", "TrainingRunDiscovery"]

# Loaded when first asked for: the screen's first paint needs the folders of runs and none of these.
_HOMES = {
    "CheckpointDiscovery": "checkpoints",
    "ModelDiscovery": "models",
    "PromptSetDiscovery": "prompt_sets",
    "TrainingRunDiscovery": "training_runs",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
