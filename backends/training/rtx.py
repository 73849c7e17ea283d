"""NVIDIA GPUs: the TRL trainers on CUDA, through Unsloth where the interpreter has it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import JsonValue

from backends.training.context import context_ranges
from backends.training.environment import run_python
from backends.training.gpu_machine import AMPERE, GpuMachine, gpu_machine
from backends.training.rtx_custom import RTX_CUSTOM
from backends.training.rtx_issues import rtx_issues
from backends.training.rtx_translate import for_gpus
from backends.training.trl_backend import UNSUPPORTED, TRLBackend
from tuner.core.backend_protocol import Capabilities, LaunchPlan, Translation
from tuner.core.enums import MethodType, Objective, Optimization, OptimizerType, Precision
from tuner.core.errors import ConfigurationError
from tuner.core.issues import Issue
from tuner.core.job import JobConfiguration
from tuner.data.model_facts import read_model_facts

_ASK_TORCH = "import torch; print(torch.version.cuda or 'cpu', torch.cuda.is_available())"
_MOST_GPUS = 16
_ALLOCATOR = {"PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF"}


class RTXBackend(TRLBackend):
    """SFT, KTO and DPO on NVIDIA GPUs, in bf16 (fp16 before Ampere) unless another precision is asked for."""

    device = "cuda"
    _optimizers = (OptimizerType.ADAMW, OptimizerType.ADAFACTOR, OptimizerType.SGD, OptimizerType.LION)

    def __init__(self, repo_root: Path | str | None = None, look: Callable[[str], GpuMachine] = gpu_machine) -> None:
        """``look`` finds the GPUs of this machine and the packages of an interpreter."""
        super().__init__(repo_root)
        self._look = look

    @property
    def name(self) -> str:
        return "rtx"

    @property
    def machine(self) -> GpuMachine:
        """What this backend's choices go by."""
        return self._look(self.python_path)

    @property
    def _trainers(self) -> Mapping[str, str]:
        return {"sft": "train.py", "kto": "train.py", "dpo": "train.py"}

    def validate_environment(self, python_path: str = sys.executable) -> tuple[bool, str]:
        problem = self._stack_problem(python_path)
        if problem:
            return False, problem
        try:
            build, available = run_python(python_path, _ASK_TORCH).split()[-2:]
        except ConfigurationError as error:
            return False, f"{error.message}. {error.hint}"
        if available == "True":
            return True, ""
        if build == "cpu":
            return False, (
                f"PyTorch in {python_path} is a build without CUDA. Install the CUDA build: "
                f"{python_path} -m pip install --force-reinstall torch, or train with --backend cpu"
            )
        return False, (
            f"PyTorch (CUDA {build}) finds no NVIDIA GPU here. Check `nvidia-smi` and the driver, "
            "or train with --backend cpu"
        )

    def capabilities(self, model: str | None = None) -> Capabilities:
        facts = read_model_facts(model) if model else None
        return Capabilities(
            objectives=[Objective.SFT, Objective.KTO, Objective.DPO],
            methods=[MethodType.FULL, MethodType.LORA, MethodType.QLORA],
            precisions=[
                Precision.AUTO,
                Precision.FP32,
                Precision.FP16,
                Precision.BF16,
                Precision.INT8,
                Precision.INT4,
            ],
            optimizations=list(Optimization),
            ranges={"hardware.num_gpus": (1, len(self.machine.gpus) or _MOST_GPUS), **context_ranges(facts)},
            unsupported=UNSUPPORTED,
            custom=RTX_CUSTOM,
            context_length=facts.context_length if facts is not None else None,
        )

    def inapplicable(self, job: JobConfiguration) -> dict[str, str]:
        return {**self._without(), **super().inapplicable(job)}

    def validate_configuration(self, job: JobConfiguration) -> list[Issue]:
        return [*super().validate_configuration(job), *rtx_issues(job, self.machine, self.dtype(job))]

    def translate_configuration(self, job: JobConfiguration, facts: Mapping[str, int]) -> Translation:
        return for_gpus(super().translate_configuration(job, facts), job, self.machine, self.dtype(job))

    def launch_plan(
        self, trainer: str, run_dir: Path, python_path: str, payload: Mapping[str, JsonValue] | None = None
    ) -> LaunchPlan:
        plan = super().launch_plan(trainer, run_dir, python_path, payload)
        if _ALLOCATOR & os.environ.keys():
            return plan  # the user's own setting is passed on
        # Rows of many lengths cut the memory into pieces of many sizes; segments that can grow leave no holes.
        return plan.model_copy(
            update={"environment": {"PYTORCH_ALLOC_CONF": "expandable_segments:True", **plan.environment}}
        )

    def dtype(self, job: JobConfiguration) -> str:
        given = {Precision.FP32: "float32", Precision.FP16: "float16", Precision.BF16: "bfloat16"}
        old = bool(self.machine.gpus) and not self.machine.at_least(AMPERE)
        return given.get(job.model.precision, "float16" if old else "bfloat16")

    def _without(self) -> dict[str, str]:
        """What no job can use here, because a package is missing."""
        missing: dict[str, str] = {}
        for package, paths in {
            "bitsandbytes": ("method.type.qlora", "optimizations.enabled.optimizer_8bit"),
            "liger-kernel": ("optimizations.enabled.fused_kernels",),
        }.items():
            if self.machine.gpus and self.machine.lacks(package):
                missing |= dict.fromkeys(paths, f"{package} is not installed in the backend's interpreter")
        return missing
