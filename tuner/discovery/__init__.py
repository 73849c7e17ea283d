"""Finding things: training runs (ours and other tools'), checkpoints, models on servers, prompt sets.

Nothing here raises for a missing folder or a server that is down: the result is empty, and ``diagnostics`` on the
object says why.
"""

from tuner.discovery.checkpoints import CheckpointDiscovery
from tuner.discovery.models import ModelDiscovery
from tuner.discovery.prompt_sets import PromptSetDiscovery
from tuner.discovery.training_runs import TrainingRunDiscovery

__all__ = ["CheckpointDiscovery", "ModelDiscovery", "PromptSetDiscovery", "TrainingRunDiscovery"]
