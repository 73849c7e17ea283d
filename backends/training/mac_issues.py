"""What mlx-lm cannot do of a job, and what has no effect there: said before anything starts."""

from __future__ import annotations

from collections.abc import Iterator

from backends.training.mac_translate import quantization
from tuner.core.enums import Device, MethodType, Precision, SchedulerType
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration
from tuner.core.job_sections import LoraSection, PreferenceSection, SchedulerSection
from tuner.data.model_facts import ModelFacts

TURNS = ("all", "last")
GROUP_SIZES = (32, 64, 128)
_PLAIN = SchedulerSection()


def mlx_issues(job: JobConfiguration, facts: ModelFacts | None) -> Iterator[Issue]:
    """The findings that the capabilities alone do not show. ``facts`` are the base model's, None where unknown."""
    if job.hardware.device is Device.CUDA:
        yield _error("hardware.device", "UNSUPPORTED_DEVICE", "mlx trains on mps or cpu, not on cuda", "use auto")
    if not job.model.base_model and not job.model.parent:
        yield _error("model.base_model", "MISSING", "is required", "name the model: a Hub id or a folder")
    if not job.datasets.training:
        yield _error("datasets.training", "MISSING", "is required", "name a file of training examples")
    if job.model.parent and job.method.type is MethodType.FULL:
        what = "the parent is an adapter; full trains all weights"
        yield _error("method.type", "BAD_VALUE", what, "set method.type: lora")
    yield from _choices(job)
    if facts is not None and facts.quantized_bits is not None:
        yield from _quantized(job, facts.quantized_bits)
    if job.model.precision is Precision.FP16 and job.method.type is MethodType.FULL:
        yield _warning(
            "model.precision",
            "FP16_UNSCALED",
            "mlx has no loss scaling: small gradients of all weights in fp16 become zero",
            "use bf16 or fp32, or accept it (--accept FP16_UNSCALED)",
        )
    if job.model.parent:
        yield _info(
            "model.parent",
            "WEIGHTS_ONLY",
            "mlx-lm cannot resume exactly: it keeps no optimizer state, so training goes on from the weights alone",
        )
    sections = {"method.lora": job.method.lora == LoraSection(), "preference": job.preference == PreferenceSection()}
    for path, why in without_effect(job).items():
        if path in sections:
            if not sections[path]:
                yield _info(path, "NO_EFFECT", f"this section has no effect: {why}")
        elif _is_set(job, path):
            yield _warning(
                path,
                "NOT_HONOURED",
                f"it would be left out: {why}",
                "remove it, or accept that it has no effect (--accept NOT_HONOURED)",
            )


def without_effect(job: JobConfiguration) -> dict[str, str]:
    """Parameters and sections without effect beside the job's other choices: path → why."""
    found = {"preference": f"{job.objective.value} has no preference"}
    if job.method.type is MethodType.FULL:
        found["method.lora"] = "method.type is full: all weights are trained"
    elif job.model.parent:
        found["method.lora"] = "the parent's adapter is trained on: its rank, alpha and modules hold"
    kind = job.optimizer.scheduler.type
    if kind is SchedulerType.CONSTANT:
        found["optimizer.scheduler.warmup_ratio"] = "a constant schedule has none; use constant_with_warmup"
    if kind in {SchedulerType.CONSTANT, SchedulerType.CONSTANT_WITH_WARMUP}:
        found["optimizer.scheduler.min_lr_ratio"] = f"a {kind.value} schedule never falls"
    if kind is not SchedulerType.COSINE:
        found["optimizer.scheduler.cycles"] = f"a {kind.value} schedule has no waves"
    return found


def _is_set(job: JobConfiguration, path: str) -> bool:
    name = path.rpartition(".")[2]
    return bool(getattr(job.optimizer.scheduler, name) != getattr(_PLAIN, name))


def _choices(job: JobConfiguration) -> Iterator[Issue]:
    turns = job.metadata.get("train_on_turns", "all")
    if isinstance(turns, str) and turns not in TURNS:
        yield _error("metadata.train_on_turns", "BAD_VALUE", f"{turns!r} is unknown", f"use {' or '.join(TURNS)}")
    group = job.metadata.get("quantization_group_size", GROUP_SIZES[1])
    if isinstance(group, int) and group not in GROUP_SIZES:
        known = ", ".join(map(str, GROUP_SIZES))
        yield _error("metadata.quantization_group_size", "BAD_VALUE", f"mlx has no groups of {group}", f"use {known}")


def _quantized(job: JobConfiguration, bits: int) -> Iterator[Issue]:
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


def _error(path: str, code: str, message: str, hint: str) -> Issue:
    return Issue(path=path, severity=Severity.ERROR, code=code, message=message, hint=hint)


def _warning(path: str, code: str, message: str, hint: str) -> Issue:
    return Issue(path=path, severity=Severity.WARNING, code=code, message=message, hint=hint)


def _info(path: str, code: str, message: str) -> Issue:
    return Issue(path=path, severity=Severity.INFO, code=code, message=message)
