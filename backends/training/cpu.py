"""The embedded default: the TRL trainers on the processor, so that everything works without an accelerator."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from backends.training.context import context_ranges
from backends.training.custom import CUSTOM
from backends.training.environment import installed_versions
from backends.training.trl_backend import UNSUPPORTED, TRLBackend
from tuner.core.backend_protocol import Capabilities
from tuner.core.enums import MethodType, Objective, Optimization, Precision
from tuner.core.job import JobConfiguration
from tuner.data.model_facts import read_model_facts


class CPUBackend(TRLBackend):
    """SFT, KTO, DPO and pretraining on the processor, in fp32 unless bf16 is asked for."""

    @property
    def name(self) -> str:
        return "cpu"

    @property
    def _trainers(self) -> Mapping[str, str]:
        return {"sft": "train.py", "kto": "train.py", "dpo": "train.py", "pretrain": "train.py"}

    def validate_environment(self, python_path: str = sys.executable) -> tuple[bool, str]:
        problem = self._stack_problem(python_path) or _needs_newer_trl(python_path)
        return not problem, problem

    def capabilities(self, model: str | None = None) -> Capabilities:
        facts = read_model_facts(model) if model else None
        return Capabilities(
            context_length=facts.context_length if facts is not None else None,
            ranges=context_ranges(facts),
            objectives=[Objective.SFT, Objective.KTO, Objective.DPO, Objective.PRETRAIN],
            methods=[MethodType.FULL, MethodType.LORA],
            precisions=[Precision.AUTO, Precision.FP32, Precision.BF16],
            optimizations=[
                Optimization.GRADIENT_CHECKPOINTING,
                Optimization.SEQUENCE_PACKING,
                Optimization.DYNAMIC_PADDING,  # the collators always pad to the longest of a batch
            ],
            unsupported={
                **UNSUPPORTED,
                "hardware.num_gpus": "it trains on the processor",
                "hardware.gpu_type": "it trains on the processor",
            },
            custom=CUSTOM,
        )

    def dtype(self, job: JobConfiguration) -> str:
        return "bfloat16" if job.model.precision is Precision.BF16 else "float32"


def _needs_newer_trl(python_path: str) -> str:
    """Before 1.16 TRL computes its losses with kernels that only a GPU runs."""
    found = str(installed_versions(python_path, ("trl",))["trl"])
    numbers = [int(n) if n.isdigit() else 0 for n in found.split(".")[:2]]
    if numbers >= [1, 16]:
        return ""
    return (
        f"trl {found} in {python_path} trains on GPUs only. Install a newer one with: {python_path} -m pip install "
        "'trl>=1.16', or name another interpreter in the settings (backends.cpu.python_path)"
    )
