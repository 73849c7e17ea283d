"""What came out of a run: results and artifacts, recorded in its manifest."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tuner.core.views import CheckpointInfo
from tuner.discovery.checkpoints import find_checkpoints
from tuner.jobs.peaks import peak_memory
from tuner.runs.checkpoint_marker import folder_bytes
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import patch_manifest, read_manifest
from tuner.runs.metric_history import MetricHistory, finite_or_none
from tuner.runs.metric_reader import read_history
from tuner.runs.ranking import best_index, rank, why_best


def finalize(run_dir: Path) -> None:
    """Record results (final and best metrics, best checkpoint and why, peak memory) and artifacts (size, sha256).

    Raises:
        OSError, UnreadableFile: the run directory cannot be read or written.
    """
    manifest = read_manifest(run_dir)
    history = read_history(run_dir)
    checkpoints = find_checkpoints(run_dir, history=history)
    objective = manifest.get("objective")
    results = training_results(checkpoints, history, str(objective) if objective else None)
    before = manifest.get("results")
    patch_manifest(
        run_dir,
        {
            "results": {**(before if isinstance(before, dict) else {}), **results, **peak_memory(run_dir)},
            "artifacts": [_artifact(run_dir, c, manifest) for c in checkpoints],
        },
    )


def training_results(
    checkpoints: list[CheckpointInfo], history: MetricHistory, objective: str | None
) -> dict[str, object]:
    """The results of a training run; {} where nothing was measured."""
    if not len(history):
        return {}
    latest = history.latest()
    results: dict[str, object] = {
        "steps": history.last_step,
        "final_metrics": {k: finite_or_none(v) for k, v in latest.items()},
        "train_seconds": latest.get("train_runtime"),
        "tokens_per_second": _tokens_per_second(latest),
    }
    scores = rank(checkpoints, history, objective)
    best = best_index(checkpoints, scores)
    if best is not None:
        results["best"] = {
            "step": checkpoints[best].step,
            "by": scores[best].parts["by"],
            "value": scores[best].parts.get("value", scores[best].value),
            "why": why_best(checkpoints, scores, best),
        }
    return results


def folder_sha256(folder: Path) -> str:
    """One hash over a folder: of each file's path and SHA-256, in order of paths. A file is hashed as it is."""
    if folder.is_file():
        with folder.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with path.open("rb") as file:
            inner = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{inner}\n".encode())
    return digest.hexdigest()


def _artifact(run_dir: Path, checkpoint: CheckpointInfo, manifest: dict[str, object]) -> dict[str, object]:
    path = checkpoint.path
    is_adapter = (path / "adapter_config.json").exists()
    kind = "tokenizer" if manifest.get("kind") == "tokenizer" else "adapter" if is_adapter else "model"
    return {
        "kind": kind if checkpoint.is_final else "checkpoint",
        "path": path.relative_to(RunPaths(run_dir).root).as_posix(),
        "bytes": folder_bytes(path),
        "sha256": folder_sha256(path),
        "step": checkpoint.step,
        "metrics": {k: finite_or_none(v) for k, v in checkpoint.metrics.items()},
    }


def _tokens_per_second(latest: dict[str, float]) -> float | None:
    if "tokens_per_second" in latest:  # the row that closes a training tells that of all of it, without the evaluations
        return finite_or_none(latest["tokens_per_second"])
    tokens, seconds = latest.get("num_tokens"), latest.get("train_runtime")
    return round(tokens / seconds, 1) if tokens and seconds else None
