"""Contracts and schema: interfaces, the job configuration, ranges, states, issues, errors, the registry.

Names load on first use: ``tuner.core.states`` and ``tuner.core.errors`` are standard library only and are imported by
training scripts, where pydantic may be missing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuner.core.errors import BackendError, ConfigurationError, DiscoveryError, TunerError, ValidationError
    from tuner.core.interfaces import IDiscoveryService, IEvaluationBackend, IHandler, ITrainingBackend
    from tuner.core.views import CheckpointInfo, EvalConfig, TrainingConfig, UploadConfig

_HOMES = {
    "BackendError": "errors",
    "CheckpointInfo": "views",
    "ConfigurationError": "errors",
    "DiscoveryError": "errors",
    "EvalConfig": "views",
    "IDiscoveryService": "interfaces",
    "IEvaluationBackend": "interfaces",
    "IHandler": "interfaces",
    "ITrainingBackend": "interfaces",
    "TrainingConfig": "views",
    "TunerError": "errors",
    "UploadConfig": "views",
    "ValidationError": "errors",
}

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
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"tuner.core.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'tuner.core' has no attribute {name!r}")
