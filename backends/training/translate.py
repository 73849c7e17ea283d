"""A job in the terms of TRL, PEFT and transformers. What cannot be carried over is said, never dropped."""

from __future__ import annotations

from collections.abc import Mapping

from backends.training.guards import guards
from backends.training.objectives import objective_arguments
from backends.training.optimizing import optimizer_name, scheduler_arguments
from backends.training.payload_sections import Values, dataset_section, method_section, options_section
from backends.training.reporting import reporting
from tuner.core.backend_protocol import Translation
from tuner.core.enums import MethodType, Objective, Optimization, Precision
from tuner.core.job import JobConfiguration

PAYLOAD_SCHEMA = 1
_WHOLE_RUN = 1 - 1e-9
"""transformers takes warmup_steps below 1 as a share of the run, and 1 as one step."""


def translate(job: JobConfiguration, *, device: str, dtype: str, facts: Mapping[str, int]) -> Translation:
    """The payload of a TRL trainer.

    Args:
        device: "cpu" or "cuda".
        dtype: the torch dtype of the weights, "float32", "bfloat16" or "float16".
        facts: training_rows and validation_rows where known; without them the trainer spreads checkpoints itself.
    """
    changes: list[str] = []
    if job.model.parent:
        changes.append("training goes on with the parent's adapter: its rank, alpha and modules hold, not method.lora")
    payload: Values = {
        "schema_version": PAYLOAD_SCHEMA,
        "trainer": job.objective.value,
        "model": _model(job, device, dtype),
        "dataset": dataset_section(job),
        "method": method_section(job),
        "arguments": _arguments(job, device, dtype, facts, changes),
        "spread": {"checkpoints": job.schedule.checkpoints, "evaluations": job.schedule.evaluations},
        "sequence_length": job.schedule.sequence_length,
        "seed": job.seed,
        "guards": guards(job),
        "reporting": reporting(job),
        "options": options_section(job),
    }
    return Translation(trainer=job.objective.value, payload=payload, changes=changes)


def _model(job: JobConfiguration, device: str, dtype: str) -> Values:
    model = job.model
    quantized = job.method.type is MethodType.QLORA
    precision = Precision.INT4 if model.precision is Precision.AUTO else model.precision
    return {
        "path": model.base_model,
        "revision": model.revision,
        "parent": model.parent,
        "architecture": model.architecture,
        "size": model.size,
        "tokenizer": model.tokenizer,
        "device": device,
        "dtype": dtype,
        "quantization": precision.value if quantized else None,
        "attention": "flash_attention_2" if Optimization.FLASH_ATTENTION in job.optimizations.enabled else None,
    }


def _arguments(job: JobConfiguration, device: str, dtype: str, facts: Mapping[str, int], changes: list[str]) -> Values:
    schedule, optimizer, enabled = job.schedule, job.optimizer, job.optimizations.enabled
    name, kwargs = scheduler_arguments(job, changes)
    arguments: Values = {
        "per_device_train_batch_size": schedule.batch_size,
        "per_device_eval_batch_size": schedule.batch_size,
        "gradient_accumulation_steps": schedule.gradient_accumulation,
        "num_train_epochs": schedule.epochs,
        "learning_rate": optimizer.learning_rate,
        "weight_decay": optimizer.weight_decay,
        "max_grad_norm": optimizer.max_gradient_norm,
        "lr_scheduler_type": name,
        "lr_scheduler_kwargs": kwargs,
        "warmup_steps": min(optimizer.scheduler.warmup_ratio, _WHOLE_RUN),
        "optim": optimizer_name(job),
        "logging_strategy": "steps",
        "logging_steps": _logging_steps(job, device, changes),
        "logging_nan_inf_filter": False,
        "save_strategy": "no",
        "eval_strategy": "no",
        "seed": job.seed,
        "bf16": device == "cuda" and dtype == "bfloat16",
        "fp16": device == "cuda" and dtype == "float16",
        "use_cpu": device == "cpu",
        "gradient_checkpointing": Optimization.GRADIENT_CHECKPOINTING in enabled,
        "report_to": [],
        "disable_tqdm": True,
    }
    if schedule.max_steps is not None:
        arguments["max_steps"] = schedule.max_steps
    _intervals(job, facts, arguments)
    if Optimization.FUSED_KERNELS in enabled:
        arguments["use_liger_kernel"] = True
    arguments.update(objective_arguments(job, changes))
    return arguments


def _logging_steps(job: JobConfiguration, device: str, changes: list[str]) -> int:
    """A logged loss is the mean since the last row; on the processor a step is slow enough to log each."""
    if device == "cpu" and "logging_steps" not in job.schedule.model_fields_set:
        changes.append(
            "every step is logged on the processor (schedule.logging_steps says otherwise where it is given)"
        )
        return 1
    return job.schedule.logging_steps


def _intervals(job: JobConfiguration, facts: Mapping[str, int], arguments: Values) -> None:
    """save_steps and eval_steps rule; else what is spread over a run whose length is known."""
    schedule = job.schedule
    steps = planned_steps(job, facts)
    for key, given, wanted in (
        ("save", schedule.save_steps, schedule.checkpoints),
        ("eval", schedule.eval_steps, schedule.evaluations),
    ):
        interval = given or (-(-steps // wanted) if steps and wanted else None)
        if interval:
            arguments[f"{key}_steps"] = interval
            arguments[f"{key}_strategy"] = "steps"


def planned_steps(job: JobConfiguration, facts: Mapping[str, int]) -> int | None:
    """The run's optimizer steps, where the configuration and the row count say them."""
    if job.schedule.max_steps is not None:
        return job.schedule.max_steps
    rows = facts.get("training_rows")
    packed = Optimization.SEQUENCE_PACKING in job.optimizations.enabled
    if not rows or packed or job.objective is Objective.PRETRAIN:  # rows are joined or cut: the trainer counts them
        return None
    batches = -(-rows // (job.schedule.batch_size * job.hardware.num_gpus))
    return max(1, -(-batches // job.schedule.gradient_accumulation)) * job.schedule.epochs
