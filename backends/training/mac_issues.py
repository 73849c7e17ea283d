"""What mlx-lm cannot do of a job beyond what its capabilities show: said before anything starts."""

from __future__ import annotations

import json
from collections.abc import Iterator

from backends.training.effects import effect_issues
from backends.training.mac_translate import quantization
from Trainers.mlx import TORCH_ONLY
from tuner.core.enums import Device, MethodType, Objective, Precision
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration
from tuner.data.model_facts import ModelFacts, model_folder

GROUP_SIZES = (32, 64, 128)


def mlx_issues(job: JobConfiguration, facts: ModelFacts | None) -> Iterator[Issue]:
    """Findings about the job. ``facts`` are the base model's, None where nothing is known of it."""
    device = job.hardware.device
    yield from effect_issues(job, Device.CPU.value if device is Device.CPU else Device.MPS.value)
    if not job.model.base_model and not job.model.parent:
        yield _error("model.base_model", "MISSING", "is required", "name the model to fine-tune: a Hub id or a folder")
    if not job.datasets.training:
        yield _error("datasets.training", "MISSING", "is required", "name a file of training examples")
    if job.objective in {Objective.KTO, Objective.DPO}:
        yield _info(
            "objective",
            "GO_ON_ELSEWHERE",
            "mlx-lm has no preference objectives; what sft makes here is an adapter in PEFT's layout, from which "
            "kto and dpo on rtx or cpu go on (model.parent)",
        )
    if job.model.parent and job.method.type is MethodType.FULL:
        what = "the parent is an adapter; full trains all weights"
        yield _error("method.type", "BAD_VALUE", what, "set method.type: lora")
    group = job.metadata.get("quantization_group_size", GROUP_SIZES[1])
    if isinstance(group, int) and group not in GROUP_SIZES:
        known = ", ".join(map(str, GROUP_SIZES))
        yield _error("metadata.quantization_group_size", "BAD_VALUE", f"mlx has no groups of {group}", f"use {known}")
    yield from _of_base(job, facts)
    if job.model.precision is Precision.FP16 and job.method.type is MethodType.FULL:
        yield _warning(
            "model.precision",
            "FP16_UNSCALED",
            "mlx-lm scales no loss: small gradients of all weights in fp16 become zero",
            "use bf16 or fp32, or accept it (--accept FP16_UNSCALED)",
        )
    if job.model.parent:
        yield _info(
            "model.parent",
            "WEIGHTS_ONLY",
            "mlx-lm keeps no optimizer state, so training goes on from the weights alone, with a schedule of its own",
        )


def _of_base(job: JobConfiguration, facts: ModelFacts | None) -> Iterator[Issue]:
    method = _quantization_method(job.model.base_model)
    if method in TORCH_ONLY:
        yield _error(
            "model.base_model",
            "MODEL_INCOMPATIBLE",
            f"its weights are quantized with {method}, which MLX cannot read",
            "name the unquantized model (method.type: qlora quantizes it), or its mlx-community version",
        )
    elif facts is not None and facts.quantized_bits is not None:
        yield from _of_quantized_base(job, facts.quantized_bits)


def _of_quantized_base(job: JobConfiguration, bits: int) -> Iterator[Issue]:
    wanted = quantization(job)
    if job.method.type is MethodType.FULL:
        yield _error(
            "method.type",
            "BAD_VALUE",
            f"the base is quantized to {bits} bits, and quantized weights cannot be trained",
            "set method.type: qlora, or name the unquantized model",
        )
    elif wanted is None:
        yield _info("method.type", "QUANTIZED_BASE", f"the base is quantized to {bits} bits: this is qlora")
    elif job.model.precision is not Precision.AUTO and wanted["bits"] != bits:
        yield _warning(
            "model.precision",
            "NOT_HONOURED",
            f"it would be left out: the base is quantized to {bits} bits already",
            "set model.precision: auto, or name the unquantized model",
        )


def _quantization_method(base_model: str | None) -> object:
    folder = model_folder(base_model) if base_model else None
    try:
        config = json.loads((folder / "config.json").read_bytes()) if folder is not None else None
    except (OSError, ValueError, RecursionError):
        return None
    kept = config.get("quantization_config") if isinstance(config, dict) else None
    return kept.get("quant_method") if isinstance(kept, dict) else None


def _error(path: str, code: str, message: str, hint: str) -> Issue:
    return Issue(path=path, severity=Severity.ERROR, code=code, message=message, hint=hint)


def _warning(path: str, code: str, message: str, hint: str) -> Issue:
    return Issue(path=path, severity=Severity.WARNING, code=code, message=message, hint=hint)


def _info(path: str, code: str, message: str) -> Issue:
    return Issue(path=path, severity=Severity.INFO, code=code, message=message)
