"""The memory estimate before a launch against what real trainings took, on the processor.

Each line's value is the estimate and its peer what torch held at most at once (weights mapped from their file counted);
the overhead of the process is held against what it took beside its libraries and tensors. A line says OUTSIDE where the
measurement lies beyond the estimate's own range.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backends.training import CPUBackend
from backends.training.estimate import longest_row
from backends.training.forecast_error import memory_error
from backends.training.memory_parts import memory_of
from benchmarks.figures import figure
from benchmarks.tiny_model import make_shape
from tuner.core.job import JobConfiguration
from tuner.data.model_facts import read_model_facts

SHAPE = {
    "hidden_size": 256,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 704,
    "vocab_size": 2000,
    "max_position_embeddings": 4096,
}
MODELS: dict[str, dict[str, Any]] = {
    "llama": {},
    "qwen3": {"head_dim": 64},
    "gemma2": {"head_dim": 64},
    "phi3": {},
    "qwen3_moe": {"num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 256, "head_dim": 64},
}
CHECKPOINTING = {"enabled": ["gradient_checkpointing"]}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("llama", "sft", {"method": {"type": method}, "schedule": {"batch_size": b, "sequence_length": n}, **more})
    for method in ("full", "lora")
    for b, n in ((2, 512), (4, 512), (2, 1024))
    for more in ({}, {"optimizations": CHECKPOINTING})
]
CASES += [
    ("llama", "sft", {"method": {"type": "lora", "lora": {"dropout": 0.1}}}),
    ("llama", "sft", {"method": {"type": "lora", "lora": {"trainable_modules": ["q_proj", "v_proj"]}}}),
    ("llama", "sft", {"method": {"type": "lora"}, "model": {"precision": "bf16"}}),
    ("llama", "sft", {"method": {"type": "full"}, "model": {"precision": "bf16"}}),
    ("llama", "sft", {"method": {"type": "full"}, "schedule": {"batch_size": 2, "gradient_accumulation": 2}}),
    *((name, "sft", {"method": {"type": method}}) for name in MODELS for method in ("full", "lora") if name != "llama"),
    *(("llama", objective, {"method": {"type": m}}) for objective in ("kto", "dpo") for m in ("full", "lora")),
    ("llama", "pretrain", {"method": {"type": "full"}}),
]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, more in MODELS.items():
            make_shape(root / name, name, {**SHAPE, **more})
        for objective in ("sft", "kto", "dpo", "pretrain"):
            cases = [(model, values) for model, wanted, values in CASES if wanted == objective]
            for index, one in enumerate(measured(root, objective, cases)):
                _report(*one, whole=index == 0)


Measured = tuple[str, JobConfiguration, dict[str, Any]]


def measured(root: Path, objective: str, cases: list[tuple[str, dict[str, Any]]]) -> Iterator[Measured]:
    """(model, job, what benchmarks.measured_training tells) of each case, all trained in one process."""
    _write_rows(root / f"{objective}.jsonl", objective)
    jobs = [(model, _job(root, model, objective, values)) for model, values in cases]
    folders = [_run_folder(root, job) for _, job in jobs]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.measured_training", objective, *map(str, folders)],
        env={**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"},
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    told = (json.loads(line) for line in process.stdout if line.startswith("{"))
    for (model, job), one in zip(jobs, told, strict=True):
        yield model, job, one
    if process.wait():
        raise subprocess.CalledProcessError(process.returncode, process.args)


def forecast_tensors(job: JobConfiguration) -> tuple[int, int, int]:
    """(estimate, low, high) of what torch holds: the whole estimate without the process's overhead."""
    model = read_model_facts(str(job.model.base_model))
    assert model is not None
    memory = memory_of(job, model, CPUBackend().dtype(job), "cpu", longest_row(job, {}))
    below, above = memory_error(memory, "cpu")
    tensors = memory.peak - memory.overhead
    return tensors, round(tensors * (1 - below)), round(tensors * (1 + above))


def _report(model: str, job: JobConfiguration, told: dict[str, Any], *, whole: bool) -> None:
    tensors, low, high = forecast_tensors(job)
    name = _name(model, job)
    figure(name, tensors / 1e6, "MB", "torch_held", told["tensors"] / 1e6)
    if not low <= told["tensors"] <= high:
        figure(f"{name}_OUTSIDE", low / 1e6, "MB", "high", high / 1e6)
    if whole:
        total = CPUBackend().estimate(job, {}).total_bytes or 0
        figure(f"{name}_whole", total / 1e6, "MB", "process", (told["resident"] + told["libraries"]) / 1e6)


def _name(model: str, job: JobConfiguration) -> str:
    lora = job.method.lora
    marks = [
        job.objective.value,
        model,
        job.method.type.value,
        f"{job.schedule.batch_size}x{job.schedule.sequence_length}",
    ]
    marks += ["ckpt"] if job.optimizations.enabled else []
    marks += [job.model.precision.value] if job.model.precision.value != "auto" else []
    marks += ["dropout"] if lora.dropout else []
    marks += ["qv"] if isinstance(lora.trainable_modules, list) else []
    marks += [f"acc{job.schedule.gradient_accumulation}"] if job.schedule.gradient_accumulation > 1 else []
    return "memory_" + "_".join(marks)


def _job(root: Path, model: str, objective: str, values: dict[str, Any]) -> JobConfiguration:
    schedule = {"batch_size": 2, "sequence_length": 512, **values.get("schedule", {})}
    return JobConfiguration.model_validate(
        {
            **values,
            "objective": objective,
            "model": {"base_model": str(root / model), **values.get("model", {})},
            "datasets": {"training": str(root / f"{objective}.jsonl"), "validation_fraction": 0.0},
            "schedule": {"max_steps": 2, "checkpoints": 0, "evaluations": 0, **schedule},
        }
    )


def _run_folder(root: Path, job: JobConfiguration) -> Path:
    """A run directory as far as a trainer looks at it."""
    folder = Path(tempfile.mkdtemp(dir=root))
    (folder / "checkpoints").mkdir()
    (folder / "payload.json").write_text(json.dumps(CPUBackend().translate_configuration(job, {}).payload))
    for name in ("state.json", "manifest.json"):
        (folder / name).write_text("{}")
    return folder


def _write_rows(path: Path, objective: str) -> None:
    """Rows longer than any sequence length here, so that every batch is full."""
    words = "x y z " * 1000
    rows: list[dict[str, object]] = []
    for i in range(64):
        row: dict[str, object] = {"prompt": f"hello {i}", "completion": words}
        if objective == "dpo":
            row = {"prompt": f"hello {i}", "chosen": words, "rejected": f"no {words}"}
        elif objective == "kto":
            row["label"] = i % 2 == 0
        elif objective == "pretrain":
            row = {"text": words * 4}
        rows.append(row)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
