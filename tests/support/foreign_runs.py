"""Folders as other tools leave them behind, for discovery and the metric readers."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
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


LINEAGE: dict[str, object] = {
    "training_type": "KTO",
    "model": {"base_model": "unsloth/Qwen3-4B", "max_seq_length": 2048},
    "lora": {"r": 32, "alpha": 64},
    "training": {"learning_rate": 2e-7, "num_epochs": 1},
    "dataset": {"path": "Datasets/tools.jsonl", "rows": 500},
    "hardware": {"gpu": "RTX 3090"},
    "results": {"final_loss": 0.4},
}
"""What training_lineage.json holds, with Synaptic-Tuner's own sections."""

MLX_LINES = (
    "Loading pretrained model",
    "Iter 1: Val loss 3.100, Val took 1.440s",
    "Iter 10: Train loss 1.195, Learning Rate 1.000e-05, It/sec 0.912, Tokens/sec 1049.512, Trained Tokens 11512, "
    "Peak mem 3.210 GB",
    "Iter 20: Val loss 1.050, Val took 0.900s",
    "Iter 20: Train loss 1.010, Learning Rate 1.000e-05, It/sec 0.950, Tokens/sec 1,100.000, Trained Tokens 23024, "
    "Peak mem 3.210 GB",
    "Iter 20: Saved adapter weights to adapters/adapters.safetensors and adapters/0000020_adapters.safetensors.",
    "Saved final weights to adapters/adapters.safetensors.",
)
"""What mlx-lm up to 0.31 prints."""

MLX_TABLE = (
    "  \x1b[1miter   train_loss     tok/s     tokens\x1b[0m",
    "  \x1b[38;5;244m   1\x1b[0m    \x1b[1;35mval\x1b[0m \x1b[1m3.100\x1b[0m    \x1b[38;5;244m1.44s\x1b[0m",
    "  \x1b[38;5;244m  10\x1b[0m    \x1b[1;32m1.195 ▼\x1b[0m    \x1b[1m1,050\x1b[0m    \x1b[38;5;244m 11.5k\x1b[0m",
    "  \x1b[38;5;244m  20\x1b[0m    \x1b[1;35mval\x1b[0m \x1b[1m1.050\x1b[0m    \x1b[38;5;244m0.90s\x1b[0m",
    "  \x1b[38;5;244m  20\x1b[0m    \x1b[1;33m1.210 ▲\x1b[0m    \x1b[1m1,100\x1b[0m    \x1b[38;5;244m 23.0k\x1b[0m",
    "  \x1b[1;32msave\x1b[0m  \x1b[38;5;244m0000020_adapters.safetensors\x1b[0m",
    "\x1b[1;34mtrain\x1b[0m \x1b[34m██████\x1b[0m \x1b[1;34m100%\x1b[0m · \x1b[1;34m   20\x1b[0m/20",
)  # fmt: skip
"""What mlx-lm 0.32 prints into a pipe, as it was recorded."""


def save_console(folder: Path, lines: Iterable[str], name: str = "train.log") -> Path:
    """A console log saved beside the weights."""
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def event_run(folder: Path, scalars: Mapping[str, Sequence[tuple[int, float]]]) -> Path:
    """A folder with one more event file, by TensorBoard's own writer; values as old and new writers put them."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    writer = EventFileWriter(str(folder))
    moment = 1.8e9
    for index, (tag, points) in enumerate(scalars.items()):
        for step, value in points:
            if index % 2:
                stored = Summary.Value(tag=tag, tensor=TensorProto(dtype=1, float_val=[value]))
            else:
                stored = Summary.Value(tag=tag, simple_value=value)
            writer.add_event(Event(wall_time=moment + step, step=step, summary=Summary(value=[stored])))
    writer.close()
    return folder


def age(folder: Path, seconds: float = 3600) -> Path:
    """Make everything in a folder as old as if nobody had written to it for so long."""
    then = time.time() - seconds
    for path in (*folder.rglob("*"), folder):
        if not path.is_symlink():
            os.utime(path, (then, then))
    return folder


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of everything in a folder: equal ones mean that nothing was written."""
    return {p.relative_to(folder).as_posix(): (p.stat().st_size, p.stat().st_mtime_ns) for p in folder.rglob("*")}
