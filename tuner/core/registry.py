"""The two registries: backends are found through entry points, ours the same way as anybody else's."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from tuner.core.backend_protocol import TrainingBackend
from tuner.core.errors import BackendError, ConfigurationError, ErrorCode
from tuner.core.interfaces import IEvaluationBackend

B = TypeVar("B")


class BackendRegistry(Generic[B]):
    """Name → backend, made on first use.

    Raises (from ``get``):
        ConfigurationError: no backend of that name (code UNSUPPORTED_BACKEND).
        BackendError: the backend's package is broken.
    """

    group = ""

    def __init__(self, factories: Mapping[str, Callable[[], B]] | None = None) -> None:
        """``factories`` replaces the entry points, for tests and for embedding."""
        self._factories = dict(factories) if factories is not None else None
        self._made: dict[str, B] = {}

    def names(self) -> list[str]:
        """The names of all backends, sorted."""
        return sorted(self._factories if self._factories is not None else self._entry_points())

    def get(self, name: str) -> B:
        """The backend of that name."""
        if name not in self._made:
            self._made[name] = self._factory(name)()
        return self._made[name]

    def _factory(self, name: str) -> Callable[[], B]:
        if self._factories is not None:
            if name in self._factories:
                return self._factories[name]
        else:
            entry = self._entry_points().get(name)
            if entry is not None:
                return lambda: self._load(entry)
        close = difflib.get_close_matches(name, self.names(), n=1)
        raise ConfigurationError(
            f"there is no backend {name!r}",
            code=ErrorCode.UNSUPPORTED_BACKEND,
            hint=f"did you mean {close[0]}?" if close else f"known backends: {', '.join(self.names())}",
        )

    def _load(self, entry: EntryPoint) -> B:
        try:
            made: B = entry.load()()
        except (ImportError, AttributeError, TypeError) as error:
            raise BackendError(
                f"backend {entry.name!r} ({entry.value}) cannot be loaded: {error}",
                code=ErrorCode.UNSUPPORTED_BACKEND,
                hint="reinstall the package that provides it",
            ) from error
        return made

    def _entry_points(self) -> dict[str, EntryPoint]:
        return {e.name: e for e in entry_points(group=self.group)}


class TrainingBackendRegistry(BackendRegistry[TrainingBackend]):
    """Backends that train; entry-point group ``tuner.training_backends``."""

    group = "tuner.training_backends"
    interpreters: Callable[[str], str] | None = None
    """Backend → the Python it trains with, as the settings say; None: each backend's own default."""

    def get(self, name: str) -> TrainingBackend:
        backend = super().get(name)
        if self.interpreters is not None:
            backend.use_interpreter(self.interpreters(name))
        return backend


class EvaluationBackendRegistry(BackendRegistry[IEvaluationBackend]):
    """Backends that answer prompts; entry-point group ``tuner.evaluation_backends``."""

    group = "tuner.evaluation_backends"
