"""Several GPUs of one machine: which way to share the work, and the arguments of ``accelerate launch``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from backends.training.gpu_machine import GpuMachine
from backends.training.packages import trainers_folder
from tuner.core.backend_protocol import CustomParameter
from tuner.core.enums import MethodType
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration

WAYS = ("ddp", "fsdp", "deepspeed_zero2", "deepspeed_zero3")
SPREAD = ("fsdp", "deepspeed_zero3")
"""The ways that spread the weights themselves, so that no GPU holds a whole model."""

DISTRIBUTED = CustomParameter(
    kind="str",
    default="ddp",
    choices=list(WAYS),
    help="several GPUs: ddp (a whole model on each), fsdp, deepspeed_zero2 or deepspeed_zero3 (spread over them)",
)


def way_of(job: JobConfiguration) -> str | None:
    """How the job's GPUs share the work; None for one GPU."""
    if job.hardware.num_gpus == 1:
        return None
    given = job.metadata.get("distributed")
    return given if isinstance(given, str) and given in WAYS else "ddp"


def accelerate_arguments(way: str, processes: int) -> list[str]:
    """What stands between ``accelerate launch`` and the module that trains.

    A configuration of ours is named, or accelerate would read the one in the user's home.
    """
    return [
        "--config_file",
        str(accelerate_config(way)),
        "--num_processes",
        str(processes),
        "--main_process_port",
        "0",
        "--module",
    ]


def accelerate_config(way: str) -> Path:
    """Our configuration of accelerate for that way."""
    return trainers_folder() / "common" / "accelerate" / f"{way}.yaml"


def multi_gpu_issues(job: JobConfiguration, machine: GpuMachine) -> Iterator[Issue]:
    """What of the job's GPUs cannot be had."""
    wanted, given = job.hardware.num_gpus, job.metadata.get("distributed")
    if wanted == 1:
        if given is not None:
            yield Issue(
                path="metadata.distributed",
                severity=Severity.INFO,
                code="NO_EFFECT",
                message="one GPU shares its work with none; hardware.num_gpus says how many",
            )
        return
    way = way_of(job)
    if way == "deepspeed_zero3" and job.method.type is MethodType.QLORA:
        yield _error(
            "metadata.distributed",
            "BAD_VALUE",
            "ZeRO-3 cannot spread a model that bitsandbytes quantized",
            "use fsdp for qlora over several GPUs",
        )


def _error(path: str, code: str, message: str, hint: str) -> Issue:
    return Issue(path=path, severity=Severity.ERROR, code=code, message=message, hint=hint)
