"""The checkpoints of a run folder, sorted by number, each with the metrics of its step."""

from __future__ import annotations

from pathlib import Path

from tuner.core.interfaces import IDiscoveryService
from tuner.core.views import CheckpointInfo
from tuner.discovery.saved_places import checkpoint_bytes, final_metrics, is_whole, saved_places
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_reader import read_history

__all__ = ["CheckpointDiscovery", "checkpoint_bytes", "final_metrics", "find_checkpoints", "is_whole"]


class CheckpointDiscovery(IDiscoveryService):
    """Lists the checkpoints of a run folder; callable on the class too."""

    @staticmethod
    def discover(run_dir: Path | str) -> list[CheckpointInfo]:
        """final_model first, then the checkpoints by step. A half-written checkpoint of ours is left out."""
        return find_checkpoints(Path(run_dir))

    @staticmethod
    def load_metrics(run_dir: Path | str) -> dict[int, dict[str, float]]:
        """All metrics by step."""
        history = read_history(Path(run_dir))
        return {step: dict(history.at_or_before(step)) for step in history.steps}


def find_checkpoints(
    run_dir: Path, *, include_torn: bool = False, history: MetricHistory | None = None
) -> list[CheckpointInfo]:
    """The checkpoints of a folder; [] where there are none or no folder."""
    if not run_dir.is_dir():
        return []
    history = history if history is not None else read_history(run_dir)
    return [
        CheckpointInfo(path=place.path, step=place.step, metrics=dict(place.metrics), is_final=place.is_final)
        for place in saved_places(run_dir, history, include_torn=include_torn)
    ]
