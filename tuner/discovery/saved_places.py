"""Where the weights of a run folder lie, sorted by step, each with the metrics of its step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tuner.core.final_step import FINAL_STEP
from tuner.discovery.foreign_layouts import MLX_LM_CHECKPOINT, SYNAPTIC_MLX_CHECKPOINT
from tuner.discovery.weight_facts import model_files, saved_weights
from tuner.runs.checkpoint_marker import folder_bytes, is_complete
from tuner.runs.layout import RunPaths, checkpoint_step
from tuner.runs.metric_history import MetricHistory

_FILE_CHECKPOINTS = (SYNAPTIC_MLX_CHECKPOINT, MLX_LM_CHECKPOINT)
_FINAL_NAMES = ("final_model", "final-model", "adapters.safetensors")


@dataclass(frozen=True, slots=True)
class SavedPlace:
    """A checkpoint's folder or file; ``step`` is FINAL_STEP for the weights after the last step."""

    path: Path
    step: int
    metrics: Mapping[str, float]

    @property
    def is_final(self) -> bool:
        return self.step == FINAL_STEP


def saved_places(run_dir: Path, history: MetricHistory, *, include_torn: bool = False) -> list[SavedPlace]:
    """The final weights first, then by step; [] where there are none or no folder."""
    if not run_dir.is_dir():
        return []
    found = [
        SavedPlace(path, step, history.at_or_before(step))
        for step, path in _numbered(run_dir)
        if include_torn or is_whole(run_dir, path)
    ]
    found.sort(key=lambda c: c.step)
    final = next((run_dir / name for name in _FINAL_NAMES if (run_dir / name).exists()), None)
    if final is None and not RunPaths(run_dir).manifest.exists() and saved_weights(run_dir) is not None:
        final = run_dir  # Trainer.save_model writes beside the checkpoints
    if final is not None and (include_torn or is_whole(run_dir, final)):
        found.insert(0, SavedPlace(final, FINAL_STEP, final_metrics(history)))
    return found


def checkpoint_bytes(run_dir: Path, checkpoint: Path) -> int:
    """The size of a checkpoint: a folder, a file (MLX), or the model that lies beside the others in the run's own."""
    if checkpoint == run_dir:
        return sum(p.stat().st_size for p in model_files(run_dir))
    return checkpoint.stat().st_size if checkpoint.is_file() else folder_bytes(checkpoint)


def final_metrics(history: MetricHistory) -> dict[str, float]:
    """What holds for the weights after the last step: that step's metrics, with the losses of the last logged rows."""
    if history.last_step is None:
        return {}
    metrics = history.at_or_before(history.last_step)
    if "loss" not in metrics:  # a closing row carries train_runtime and no loss
        steps, losses = history.series("loss")
        if steps:
            metrics["loss"] = losses[-1]
    return metrics


def is_whole(run_dir: Path, checkpoint: Path) -> bool:
    """Whether a checkpoint may be offered: ours need their marker; other tools' folders have none."""
    if not RunPaths(run_dir).manifest.exists():
        return True
    return is_complete(checkpoint)


def _numbered(run_dir: Path) -> list[tuple[int, Path]]:
    found = []
    for base in (run_dir, run_dir / "checkpoints"):
        for path in base.iterdir() if base.is_dir() else ():
            step = checkpoint_step(path) if path.is_dir() else _file_step(path)
            if step is not None:
                found.append((step, path))
    return found


def _file_step(path: Path) -> int | None:
    for pattern in _FILE_CHECKPOINTS:
        match = pattern.fullmatch(path.name)
        if match:
            return int(match.group(1))
    return None
