"""Apple MLX through mlx-lm: adapters and full fine-tuning on Apple silicon; on Linux MLX's CPU build."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping

from backends.training.context import context_ranges
from backends.training.custom import CUSTOM as TRL_CUSTOM
from backends.training.effects import inapplicable
from backends.training.environment import installed_versions, missing_message, run_python
from backends.training.estimate import estimate
from backends.training.guards import GUARD_CUSTOM, guard_issues
from backends.training.local import LocalBackend
from backends.training.mac_issues import mlx_issues
from backends.training.mac_translate import DTYPES, GROUP_SIZE, translate_for_mlx
from backends.training.reporting import REPORTING_CUSTOM, reporting_issues
from tuner.core.backend_protocol import Capabilities, CustomParameter, Estimate, Translation
from tuner.core.enums import MethodType, Objective, Optimization, Precision
from tuner.core.errors import ConfigurationError
from tuner.core.issues import Issue
from tuner.core.job import JobConfiguration
from tuner.data.model_facts import ModelFacts, read_model_facts

_ASK_MLX = "import mlx.core as mx; print(mx.default_device())"

CUSTOM = {
    **GUARD_CUSTOM,
    **REPORTING_CUSTOM,
    "evaluate_first": TRL_CUSTOM["evaluate_first"],
    "train_on_turns": TRL_CUSTOM["train_on_turns"],
    "quantization_group_size": CustomParameter(
        kind="int",
        minimum=32,
        maximum=128,
        default=GROUP_SIZE,
        help="weights that share a scale where qlora quantizes the base: 32, 64 or 128",
    ),
}

UNSUPPORTED = {
    "hardware.gpu_type": "the GPU is the one that this machine has",
    "hardware.num_gpus": "mlx-lm trains on one device",
    "integrations.huggingface": "publishing to the Hub is not built yet",
}


class MacBackend(LocalBackend):
    """SFT with LoRA, rsLoRA, DoRA or QLoRA adapters, or of all weights, by mlx-lm."""

    @property
    def name(self) -> str:
        return "mac"

    @property
    def _trainers(self) -> Mapping[str, str]:
        return {"mlx": "train.py"}

    def validate_environment(self, python_path: str = sys.executable) -> tuple[bool, str]:
        try:
            problem = missing_message(installed_versions(python_path, ("mlx", "mlx-lm")), python_path, "mlx")
            if problem:
                return False, problem
            device = run_python(python_path, _ASK_MLX).strip()
        except ConfigurationError as error:
            return False, f"{error.message}. {error.hint}"
        on_apple = platform.system() == "Darwin" and "gpu" in device
        return True, "" if on_apple else "CPU only"

    def capabilities(self, model: str | None = None) -> Capabilities:
        facts = _facts(model)
        quantized = facts is not None and facts.quantized_bits is not None
        return Capabilities(
            objectives=[Objective.SFT],
            methods=[MethodType.LORA, MethodType.QLORA] if quantized else list(MethodType),
            precisions=[
                Precision.AUTO,
                Precision.FP32,
                Precision.FP16,
                Precision.BF16,
                Precision.INT8,
                Precision.INT4,
            ],
            optimizations=[Optimization.GRADIENT_CHECKPOINTING, Optimization.DYNAMIC_PADDING],
            ranges={"hardware.num_gpus": (1, 1), **context_ranges(facts)},
            unsupported=UNSUPPORTED,
            custom=CUSTOM,
            context_length=facts.context_length if facts is not None else None,
        )

    def validate_configuration(self, job: JobConfiguration) -> list[Issue]:
        return [
            *super().validate_configuration(job),
            *mlx_issues(job, _facts(job.model.base_model)),
            *guard_issues(job),
            *reporting_issues(job, self.python_path),
        ]

    def inapplicable(self, job: JobConfiguration) -> dict[str, str]:
        return inapplicable(job)

    def translate_configuration(self, job: JobConfiguration, facts: Mapping[str, int]) -> Translation:
        return translate_for_mlx(job, facts)

    def estimate(self, job: JobConfiguration, facts: Mapping[str, int]) -> Estimate:
        return estimate(job, facts, _dtype(job), device="mps")


def _facts(model: str | None) -> ModelFacts | None:
    return read_model_facts(model) if model else None


def _dtype(job: JobConfiguration) -> str:
    """The weights' type: what was asked for, else as the model is stored."""
    if job.model.precision in DTYPES:
        return DTYPES[job.model.precision]
    facts = _facts(job.model.base_model)
    return facts.dtype if facts is not None and facts.dtype in DTYPES.values() else "bfloat16"
