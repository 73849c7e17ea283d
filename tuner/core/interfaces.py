"""The four interfaces. A backend's richer half is in tuner.core.backend_protocol."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from tuner.core.views import TrainingConfig


class ITrainingBackend(ABC):
    """A place where training runs: rtx, mac, cpu, or one that an entry point adds."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The backend's name, as ``--backend`` takes it."""

    @abstractmethod
    def get_available_methods(self) -> list[str]:
        """The trainers this backend has, by folder name under Trainers/."""

    @abstractmethod
    def load_config(self, method: str) -> TrainingConfig:
        """The headline view of a trainer's configs/config.yaml.

        Raises:
            ConfigurationError: the method is unknown, or its configuration is missing or broken.
        """

    @abstractmethod
    def execute(self, config: TrainingConfig, python_path: str) -> int:
        """Train in the foreground with the interpreter ``python_path``; returns the exit code."""

    @abstractmethod
    def validate_environment(self) -> tuple[bool, str]:
        """(True, "") where this machine can train, else (False, why and what to do)."""


class IEvaluationBackend(ABC):
    """A server that answers prompts."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The backend's name, as ``--backend`` takes it."""

    @property
    @abstractmethod
    def default_host(self) -> str:
        """Where the server listens if nothing else is said."""

    @property
    @abstractmethod
    def default_port(self) -> int:
        """The port the server listens on if nothing else is said."""

    @abstractmethod
    def list_models(self) -> list[str]:
        """The models the server offers.

        Raises:
            BackendError: the server is down or answers something else (code SERVER_UNREACHABLE).
        """

    @abstractmethod
    def validate_connection(self) -> tuple[bool, str]:
        """(True, "") where the server answers, else (False, why and what to do)."""


class IHandler(ABC):
    """A workflow that both faces call."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The workflow's name."""

    @abstractmethod
    def handle(self) -> int:
        """Run the workflow; returns the exit code."""

    @abstractmethod
    def can_handle_direct_mode(self) -> bool:
        """Whether the workflow can run without asking anything."""


class IDiscoveryService(ABC):
    """Finds things on disk or on servers; never raises for what is not there."""

    @abstractmethod
    def discover(self, *args: Any, **filters: Any) -> list[Any]:  # each service names its own filters and results
        """What was found, best or newest first."""
