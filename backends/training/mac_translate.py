"""A job in the terms of the mlx trainer. What is done otherwise than with TRL is said."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from backends.training.guards import guards
from backends.training.payload_sections import Values, dataset_section, method_section, options_section
from backends.training.reporting import reporting
from backends.training.translate import PAYLOAD_SCHEMA, planned_steps
from tuner.core.backend_protocol import Translation
from tuner.core.enums import Device, MethodType, Optimization, OptimizerType, Precision, TrainOnInputs
from tuner.core.job import JobConfiguration

TRAINER = "mlx"
DTYPES = {Precision.FP32: "float32", Precision.FP16: "float16", Precision.BF16: "bfloat16"}
GROUP_SIZE = 64
"""mlx's own default: weights that share a scale in a quantized base."""


def translate_for_mlx(job: JobConfiguration, facts: Mapping[str, int]) -> Translation:
    """The payload of Trainers/mlx. ``facts``: training_rows where known, only to say the length in words."""
    schedule = job.schedule
    payload: Values = {
        "schema_version": PAYLOAD_SCHEMA,
        "trainer": TRAINER,
        "objective": job.objective.value,
        "model": _model(job),
        "dataset": dataset_section(job),
        "method": method_section(job),
        "arguments": {
            "batch_size": schedule.batch_size,
            "gradient_accumulation_steps": schedule.gradient_accumulation,
            "max_seq_length": schedule.sequence_length,
            "epochs": schedule.epochs,
            "max_steps": schedule.max_steps,
            "logging_steps": schedule.logging_steps,
            "save_steps": schedule.save_steps,
            "eval_steps": schedule.eval_steps,
            "grad_checkpoint": Optimization.GRADIENT_CHECKPOINTING in job.optimizations.enabled,
        },
        "optimizer": {
            "type": job.optimizer.type.value,
            "weight_decay": job.optimizer.weight_decay,
            "max_gradient_norm": job.optimizer.max_gradient_norm,
        },
        "schedule": {
            "type": job.optimizer.scheduler.type.value,
            "peak": job.optimizer.learning_rate,
            "warmup_ratio": job.optimizer.scheduler.warmup_ratio,
            "min_lr_ratio": job.optimizer.scheduler.min_lr_ratio,
            "cycles": job.optimizer.scheduler.cycles,
        },
        "masking": {
            "turns": _option(job, "train_on_turns", "all"),
            "on_inputs": schedule.train_on_inputs is TrainOnInputs.ENABLED,
        },
        "spread": {"checkpoints": schedule.checkpoints, "evaluations": schedule.evaluations},
        "guards": guards(job),
        "reporting": reporting(job),
        "seed": job.seed,
        "options": options_section(job),
    }
    return Translation(trainer=TRAINER, payload=payload, changes=_changes(job, facts))


def quantization(job: JobConfiguration) -> dict[str, int] | None:
    """Bits and group size of a base that is quantized for QLoRA; None without."""
    if job.method.type is not MethodType.QLORA:
        return None
    group = _option(job, "quantization_group_size", GROUP_SIZE)
    bits = 8 if job.model.precision is Precision.INT8 else 4
    return {"bits": bits, "group_size": group if isinstance(group, int) else GROUP_SIZE}


def _model(job: JobConfiguration) -> Values:
    model = job.model
    quantized = quantization(job)
    return {
        "path": model.base_model,
        "revision": model.revision,
        "parent": model.parent,
        "device": "cpu" if job.hardware.device is Device.CPU else None,
        "dtype": DTYPES.get(model.precision),
        "quantization": {**quantized} if quantized else None,
    }


def _changes(job: JobConfiguration, facts: Mapping[str, int]) -> list[str]:
    schedule = job.schedule
    found = []
    steps = planned_steps(job, facts)
    if schedule.gradient_accumulation > 1:
        whole = f": {steps} steps are {steps * schedule.gradient_accumulation} iterations" if steps else ""
        found.append(
            f"mlx-lm counts batches as iterations; steps here are optimizer steps of "
            f"{schedule.gradient_accumulation} batches{whole}"
        )
    if job.optimizer.max_gradient_norm:
        found.append("gradients are clipped within the optimizer, because mlx-lm's loop does not clip")
    if job.optimizer.weight_decay and job.optimizer.type in {OptimizerType.SGD, OptimizerType.MUON}:
        found.append(f"weight decay is added to the gradient: mlx's {job.optimizer.type.value} has no decoupled one")
    if job.optimizer.type is OptimizerType.MUON:
        found.append("muon takes the matrices within the layers; embeddings, output, norms and biases go to adamw")
    quantized = quantization(job)
    if quantized:
        found.append(
            f"a base that is not quantized yet is quantized in memory at the start ({quantized['bits']} bits, groups "
            f"of {quantized['group_size']}); it is not saved"
        )
    if job.model.parent:
        found.append("training goes on with the parent's adapter: its rank, alpha and modules hold, not method.lora")
        found.append("only the weights are taken over: the optimizer and the schedule begin anew")
    found.append(
        "loss on every token, prompts included"
        if schedule.train_on_inputs is TrainOnInputs.ENABLED
        else "loss on the answers only"
    )
    return found


def _option(job: JobConfiguration, name: str, default: JsonValue) -> JsonValue:
    return job.metadata.get(name, default)
