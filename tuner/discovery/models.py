"""The models that a server offers, by the name of its backend."""

from __future__ import annotations

from tuner.core.errors import TunerError
from tuner.core.interfaces import IDiscoveryService
from tuner.core.registry import EvaluationBackendRegistry


class ModelDiscovery(IDiscoveryService):
    """Asks an evaluation backend for its models; ``diagnostics`` says why a list is empty."""

    def __init__(self, registry: EvaluationBackendRegistry | None = None) -> None:
        self._registry = registry or EvaluationBackendRegistry()
        self.diagnostics: list[str] = []

    def discover(self, backend_name: str) -> list[str]:
        """Model names; [] for an unknown backend or a server that is down."""
        self.diagnostics = []
        try:
            return self._registry.get(backend_name).list_models()
        except TunerError as error:
            self.diagnostics.append(error.message)
            return []
