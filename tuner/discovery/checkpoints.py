"""The checkpoints of a run folder, sorted by number, each with the metrics of its step."""

from __future__ import annotations

from pathlib import Path

from tuner.core.interfaces import IDiscoveryService
from tuner.core.views import FINAL_STEP, CheckpointInfo
from tuner.discovery.foreign_layouts import MLX_LM_CHECKPOINT, SYNAPTIC_MLX_CHECKPOINT
from tuner.discovery.weight_facts import model_files, saved_weights
from tuner.runs.checkpoint_marker import folder_bytes, is_complete
from tuner.runs.layout import RunPaths, checkpoint_step
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_reader import read_history

_FILE_CHECKPOINTS = (SYNAPTIC_MLX_CHECKPOINT, MLX_LM_CHECKPOINT)
_FINAL_NAMES = ("final_model", "final-model", "adapters.safetensors")


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
    found = [
        CheckpointInfo(path=path, step=step, metrics=history.at_or_before(step))
        for step, path in _numbered(run_dir)
        if include_torn or is_whole(run_dir, path)
    ]
    found.sort(key=lambda c: c.step)
    final = next((run_dir / name for name in _FINAL_NAMES if (run_dir / name).exists()), None)
    if final is None and not RunPaths(run_dir).manifest.exists() and saved_weights(run_dir) is not None:
        final = run_dir  # Trainer.save_model writes beside the checkpoints
    if final is not None and (include_torn or is_whole(run_dir, final)):
        found.insert(0, CheckpointInfo(path=final, step=FINAL_STEP, metrics=final_metrics(history), is_final=True))
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
