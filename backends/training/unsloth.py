"""Whether a job runs through Unsloth (https://unsloth.ai), where the backend's interpreter has it."""

from __future__ import annotations

from backends.training.gpu_machine import GpuMachine
from tuner.core.enums import LoraVariant, Objective, Precision
from tuner.core.job import JobConfiguration


def unsloth_declined(job: JobConfiguration, machine: GpuMachine) -> str:
    """Why the job does not run through Unsloth; "" where it does."""
    if job.metadata.get("unsloth") is False:
        return "metadata.unsloth: false"
    if not machine.has("unsloth"):
        return "it is not installed in the backend's interpreter"
    if job.objective is Objective.PRETRAIN or job.model.from_scratch:
        return "it loads models, it does not build them"
    if job.model.parent:
        return "training goes on with an adapter, which is loaded by PEFT itself"
    if job.method.lora.variant is LoraVariant.DORA:
        return "its kernels have no DoRA"
    if job.model.precision is Precision.FP32:
        return "it computes in bf16 or fp16"
    if job.hardware.num_gpus > 1:
        return "several GPUs go through accelerate"
    if job.metadata.get("attention", "auto") != "auto":
        return "metadata.attention names another attention than its own"
    for key in ("liger", "padding_free"):
        if job.metadata.get(key) is True:
            return f"metadata.{key} asks for what TRL's trainer does"
    return ""
