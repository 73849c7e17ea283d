"""What the rtx backend lays over a job in TRL's terms: the settings that are fast on these GPUs, and said aloud."""

from __future__ import annotations

from pydantic import JsonValue

from backends.training.gpu_machine import GpuMachine
from backends.training.multi_gpu import way_of
from backends.training.throughput import choose, lines_of
from backends.training.unsloth import unsloth_declined
from tuner.core.backend_protocol import Translation
from tuner.core.enums import MethodType
from tuner.core.job import JobConfiguration

Values = dict[str, JsonValue]


def for_gpus(made: Translation, job: JobConfiguration, machine: GpuMachine, dtype: str) -> Translation:
    """The translation with the throughput settings in it, and a line for each of them."""
    payload, changes = dict(made.payload), list(made.changes)
    choices = choose(job, machine, dtype)
    for choice in choices:
        payload[choice.where] = {**_section(payload, choice.where), choice.name: choice.value}
    changes += lines_of(job, choices, dtype)
    if machine.has("unsloth") and (why := unsloth_declined(job, machine)):
        changes.append(f"not through Unsloth, although it is installed: {why}")
    _precision(job, dtype, payload, changes)
    _several(job, payload, changes)
    return made.model_copy(update={"payload": payload, "changes": changes})


def _precision(job: JobConfiguration, dtype: str, payload: Values, changes: list[str]) -> None:
    """fp16 gradients need weights in fp32 beside them, and so does whoever asks for master weights."""
    full = job.method.type is MethodType.FULL
    if full and (dtype == "float16" or (job.metadata.get("master_weights") and dtype != "float32")):
        payload["model"] = {**_section(payload, "model"), "dtype": "float32"}
        changes.append(
            f"weights and optimizer are kept in fp32, the model computes in {'fp16' if dtype == 'float16' else 'bf16'}"
        )


def _several(job: JobConfiguration, payload: Values, changes: list[str]) -> None:
    way = way_of(job)
    if way is None:
        return
    gpus = job.hardware.num_gpus
    payload["distributed"] = {"processes": gpus, "way": way}
    examples = job.schedule.batch_size * job.schedule.gradient_accumulation * gpus
    changes.append(f"{gpus} GPUs by accelerate launch ({way}): each step learns from {examples} examples")


def _section(payload: Values, name: str) -> Values:
    found = payload.get(name)
    return dict(found) if isinstance(found, dict) else {}
