"""NVIDIA GPUs: the TRL trainers on CUDA."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from backends.training.custom import CUSTOM
from backends.training.environment import run_python
from backends.training.trl_backend import UNSUPPORTED, TRLBackend
from tuner.core.backend_protocol import Capabilities
from tuner.core.enums import MethodType, Objective, Optimization, OptimizerType, Precision
from tuner.core.errors import ConfigurationError
from tuner.core.job import JobConfiguration

_ASK_TORCH = "import torch; print(torch.version.cuda or 'cpu', torch.cuda.is_available())"


class RTXBackend(TRLBackend):
    """SFT, KTO and DPO on one NVIDIA GPU, in bf16 unless another precision is asked for."""

    device = "cuda"
    _optimizers = (OptimizerType.ADAMW, OptimizerType.ADAFACTOR, OptimizerType.SGD, OptimizerType.LION)

    @property
    def name(self) -> str:
        return "rtx"

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
            ranges={"hardware.num_gpus": (1, 1)},
            unsupported=UNSUPPORTED,
            custom=CUSTOM,
        )

    def dtype(self, job: JobConfiguration) -> str:
        return {Precision.FP32: "float32", Precision.FP16: "float16"}.get(job.model.precision, "bfloat16")
