"""Folders as other tools leave them behind, for discovery and the metric readers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.run_builder import Row, fill_model, write_rows

LOSSES = (2.0, 1.5, 1.25)


def sft_rows(losses: Sequence[float] = LOSSES, every: int = 50) -> list[dict[str, object]]:
    """Rows at steps 50, 100, …, with a falling loss."""
    return [{"step": every * i, "loss": loss, "epoch": i / 10} for i, loss in enumerate(losses, 1)]


def synaptic_run(
    root: Path,
    method: str = "sft",
    stamp: str = "20251122_143000",
    *,
    old_layout: bool = True,
    checkpoints: Sequence[int] = (50, 100),
    final: bool = True,
    lineage: Mapping[str, object] | None = None,
) -> Path:
    """Trainers/rtx3090_{m}/{m}_output_rtx3090/<stamp>/, or Trainers/{m}/{m}_output/<stamp>/."""
    folder = (
        root / "Trainers" / f"rtx3090_{method}" / f"{method}_output_rtx3090" / stamp
        if old_layout
        else root / "Trainers" / method / f"{method}_output" / stamp
    )
    (folder / "checkpoints").mkdir(parents=True)
    rows = write_rows(folder / "logs" / f"training_{stamp}.jsonl", sft_rows())
    (folder / "logs" / "training_latest.jsonl").symlink_to(rows.name)
    for step in checkpoints:
        fill_model(folder / "checkpoints" / f"checkpoint-{step}")
    if final:
        fill_model(folder / "final_model")
    if lineage is not None:
        (folder / "training_lineage.json").write_text(json.dumps(lineage), encoding="utf-8")
    return folder


def synaptic_mlx_run(folder: Path, steps: Sequence[int] = (5, 10)) -> Path:
    """Its MLX trainer: one log of mixed levels, checkpoints as files."""
    (folder / "checkpoints").mkdir(parents=True)
    lines: list[Row] = [{"level": "INFO", "message": "Loading model"}]
    for step in steps:
        metrics = {"loss": 3.0 - step / 10, "lr": 1e-6, "step_time": 0.5, "tokens_per_sec": 100.0}
        lines.append({"level": "METRICS", "step": step, "metrics": metrics})
        (folder / "checkpoints" / f"checkpoint_step_{step}.npz").write_bytes(b"npz")
    lines.append({"level": "EPOCH_SUMMARY", "epoch": 1, "metrics": {"avg_loss": 2.5}})
    write_rows(folder / "logs" / "training.jsonl", lines)
    return folder


def hf_trainer_run(folder: Path, steps: Sequence[int] = (50, 100), rows: Sequence[Row] | None = None) -> Path:
    """checkpoint-N/trainer_state.json, each with all history up to its step."""
    history = sft_rows() if rows is None else rows
    for step in steps:
        checkpoint = fill_model(folder / f"checkpoint-{step}")
        state = {"global_step": step, "log_history": [r for r in history if int(str(r["step"])) <= step]}
        (checkpoint / "trainer_state.json").write_text(json.dumps(state), encoding="utf-8")
    return folder


def llama_factory_run(folder: Path, steps: Sequence[int] = (50, 100)) -> Path:
    """trainer_log.jsonl beside checkpoints."""
    hf_trainer_run(folder, steps, [{"step": s, "loss": 2.0 - s / 100, "grad_norm": 0.5} for s in steps])
    lines: list[Row] = [
        {
            "current_steps": step,
            "total_steps": max(steps),
            "loss": 2.0 - step / 100,
            "lr": 1e-4,
            "epoch": 0.5,
            "percentage": 100.0 * step / max(steps),
            "elapsed_time": "0:00:10",
        }
        for step in steps
    ]
    lines.append({"current_steps": max(steps), "total_steps": max(steps), "eval_loss": 1.25, "epoch": 1.0})
    write_rows(folder / "trainer_log.jsonl", lines)
    return folder


def ms_swift_run(folder: Path) -> Path:
    """logging.jsonl whose step reads "10/120", args.json, v0-<stamp>/checkpoint-N."""
    run = folder / "v0-20251122-143000"
    fill_model(run / "checkpoint-20")
    (run / "args.json").write_text("{}", encoding="utf-8")
    write_rows(
        run / "logging.jsonl",
        [{"loss": 2.0, "global_step/max_steps": "10/120"}, {"loss": 1.0, "global_step/max_steps": "20/120"}],
    )
    return run


def mlx_lm_run(folder: Path, steps: Sequence[int] = (100, 200)) -> Path:
    """adapters.safetensors, NNNNNNN_adapters.safetensors and mlx-lm's own adapter_config.json."""
    folder.mkdir(parents=True)
    config = {"fine_tune_type": "lora", "lora_parameters": {"rank": 8, "scale": 20.0, "dropout": 0.0}}
    (folder / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    for name in ("adapters.safetensors", *(f"{step:07d}_adapters.safetensors" for step in steps)):
        (folder / name).write_bytes(b"\0" * 16)
    return folder
