"""Apple MLX through mlx-lm. This class knows its environment and its defaults; its trainer is not built yet."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping

from backends.training.environment import installed_versions, missing_message, run_python
from backends.training.local import LocalBackend
from tuner.core.backend_protocol import Capabilities, Estimate, Translation
from tuner.core.enums import Precision
from tuner.core.errors import BackendError, ConfigurationError, ErrorCode
from tuner.core.job import JobConfiguration

_ASK_MLX = "import mlx.core as mx; print(mx.default_device())"


class MacBackend(LocalBackend):
    """MLX on Apple silicon; on Linux its CPU build."""

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
        return Capabilities(objectives=[], methods=[], precisions=list(Precision), optimizations=[])

    def translate_configuration(self, job: JobConfiguration, facts: Mapping[str, int]) -> Translation:
        raise BackendError(
            "the mac backend cannot train yet",
            code=ErrorCode.UNSUPPORTED_BACKEND,
            hint="train with --backend cpu or rtx",
        )

    def estimate(self, job: JobConfiguration, facts: Mapping[str, int]) -> Estimate:
        return Estimate()
