"""Tuner's core: what the screen, the command line, the backends and the trainers stand on.

The public names load on first use, because a training script imports ``tuner.runs`` in an interpreter that may have
nothing but the standard library and its training stack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuner.version import __version__

if TYPE_CHECKING:
    from tuner.core import (
        BackendError,
        CheckpointInfo,
        ConfigurationError,
        DiscoveryError,
        EvalConfig,
        IDiscoveryService,
        IEvaluationBackend,
        IHandler,
        ITrainingBackend,
        TrainingConfig,
        TunerError,
        UploadConfig,
        ValidationError,
    )

__author__ = "The Tuner authors"

__all__ = [
    "BackendError",
    "CheckpointInfo",
    "ConfigurationError",
    "DiscoveryError",
    "EvalConfig",
    "IDiscoveryService",
    "IEvaluationBackend",
    "IHandler",
    "ITrainingBackend",
    "TrainingConfig",
    "TunerError",
    "UploadConfig",
    "ValidationError",
    "__author__",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        from tuner import core

        return getattr(core, name)
    raise AttributeError(f"module 'tuner' has no attribute {name!r}")
