"""What a job asks of NVIDIA GPUs that this machine, or the backend's interpreter, does not have."""

from __future__ import annotations

from collections.abc import Iterator

from backends.training.attention import attention_problem
from backends.training.gpu_machine import AMPERE, GpuMachine
from backends.training.multi_gpu import multi_gpu_issues, way_of
from backends.training.unsloth import unsloth_declined
from tuner.core.enums import MethodType, Optimization, OptimizerType, Precision
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration

_QUANTIZABLE = (OptimizerType.ADAMW, OptimizerType.LION)
_SMALL = (Optimization.OPTIMIZER_8BIT, Optimization.PAGED_OPTIMIZER)


def rtx_issues(job: JobConfiguration, machine: GpuMachine, dtype: str) -> Iterator[Issue]:
    """Errors on a machine with GPUs; where there is none, it is said what the machine that trains must have."""
    yield from _packages(job, machine)
    yield from _precision(job, machine)
    yield from multi_gpu_issues(job, machine)
    if problem := attention_problem(job, machine, dtype):
        given = job.metadata.get("attention", "auto") != "auto"
        yield _issue(
            machine,
            "metadata.attention" if given else "optimizations.enabled",
            "NO_FLASH_ATTENTION",
            problem,
            "set metadata.attention: sdpa, or leave flash_attention out",
        )
    if job.metadata.get("unsloth") is True and machine.packages and (why := unsloth_declined(job, machine)):
        yield _issue(machine, "metadata.unsloth", "NO_UNSLOTH", f"Unsloth cannot train this: {why}", "leave it out")
    if job.metadata.get("master_weights") and job.method.type is not MethodType.FULL:
        yield Issue(
            path="metadata.master_weights",
            severity=Severity.INFO,
            code="NO_EFFECT",
            message="an adapter's weights are kept in fp32 anyway; master_weights is for method.type: full",
        )


def needed_packages(job: JobConfiguration) -> dict[str, tuple[str, str]]:
    """Package → (the path that asks for it, what for)."""
    enabled = job.optimizations.enabled
    needed: dict[str, tuple[str, str]] = {}
    if job.method.type is MethodType.QLORA:
        needed["bitsandbytes"] = ("method.type", "a quantized base")
    elif job.optimizer.type in _QUANTIZABLE and (small := [o.value for o in _SMALL if o in enabled]):
        needed["bitsandbytes"] = ("optimizations.enabled", " and ".join(small))
    if Optimization.FUSED_KERNELS in enabled or job.metadata.get("liger") is True:
        path = "metadata.liger" if job.metadata.get("liger") is True else "optimizations.enabled"
        needed["liger-kernel"] = (path, "fused_kernels")
    if (way_of(job) or "").startswith("deepspeed"):
        needed["deepspeed"] = ("metadata.distributed", str(job.metadata["distributed"]))
    return needed


def _packages(job: JobConfiguration, machine: GpuMachine) -> Iterator[Issue]:
    for package, (path, purpose) in needed_packages(job).items():
        if machine.lacks(package):
            yield _issue(
                machine,
                path,
                "MISSING_PACKAGE",
                f"{purpose} needs {package}, which the backend's interpreter does not have",
                f"install it there (pip install {package}), or choose without",
            )


def _precision(job: JobConfiguration, machine: GpuMachine) -> Iterator[Issue]:
    if machine.gpus and not machine.at_least(AMPERE):
        if job.model.precision is Precision.BF16 or job.metadata.get("master_weights"):
            yield Issue(
                path="model.precision",
                severity=Severity.WARNING,
                code="SLOW_PRECISION",
                message=f"{machine.gpus[0].name} has no bf16 of its own: it is emulated, many times slower",
                hint="use fp16 or auto, or accept the time it takes (--accept SLOW_PRECISION)",
            )
        if job.metadata.get("tf32") is True:
            yield _issue(
                machine, "metadata.tf32", "UNSUPPORTED_PRECISION", "TF32 needs Ampere or newer GPUs", "leave it out"
            )


def _issue(machine: GpuMachine, path: str, code: str, message: str, hint: str) -> Issue:
    severity = Severity.ERROR if machine.gpus else Severity.INFO
    return Issue(path=path, severity=severity, code=code, message=message, hint=hint)
