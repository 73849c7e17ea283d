"""What the backends say of themselves."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import JsonValue

from tuiapp.handlers.context import Context
from tuiapp.handlers.train import validate_environment
from tuner.core.errors import BackendError, ConfigurationError, TunerError
from tuner.core.registry import EvaluationBackendRegistry


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """One backend. ``kind`` is "training" or "evaluation"; ``message`` says why it is not available."""

    name: str
    kind: str
    available: bool
    message: str
    capabilities: dict[str, JsonValue] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "kind": self.kind,
            "available": self.available,
            "message": self.message,
            "capabilities": self.capabilities,
        }


def describe_backends(context: Context) -> list[BackendInfo]:
    """All training backends, then all evaluation backends."""
    training = [_training(context, name) for name in context.backends.names()]
    return training + [_evaluation(name) for name in EvaluationBackendRegistry().names()]


def describe_backend(context: Context, name: str) -> BackendInfo:
    """One backend by name.

    Raises:
        ConfigurationError: there is none of that name.
    """
    if name in context.backends.names():
        return _training(context, name)
    if name in EvaluationBackendRegistry().names():
        return _evaluation(name)
    context.backends.get(name)  # raises, with a "did you mean"
    raise ConfigurationError(f"there is no backend {name!r}")


def _training(context: Context, name: str) -> BackendInfo:
    try:
        backend = context.backends.get(name)
    except BackendError as error:
        return BackendInfo(name, "training", False, error.message)
    ok, message = validate_environment(backend, context.settings.python_path(name))
    return BackendInfo(name, "training", ok, message, backend.capabilities().model_dump(mode="json"))


def _evaluation(name: str) -> BackendInfo:
    try:
        ok, message = EvaluationBackendRegistry().get(name).validate_connection()
    except TunerError as error:
        ok, message = False, error.message
    return BackendInfo(name, "evaluation", ok, message)
