"""What every workflow is given: the workspace, the settings, the backends."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tuner.config.settings import Settings, load_settings
from tuner.config.workspace import Workspace, open_workspace
from tuner.core.registry import TrainingBackendRegistry


@dataclass(frozen=True, slots=True)
class Context:
    """One workspace with its settings."""

    workspace: Workspace
    settings: Settings
    backends: TrainingBackendRegistry = field(default_factory=TrainingBackendRegistry)

    def __post_init__(self) -> None:
        self.backends.interpreters = self.settings.python_path

    def default_backend(self) -> str:
        """The backend when none is named: the setting, else rtx where there is an NVIDIA device, else cpu."""
        if self.settings.default_backend:
            return self.settings.default_backend
        return "rtx" if Path("/dev/nvidia0").exists() else "cpu"


def open_context(workspace: str | Path | None = None) -> Context:
    """The context of a workspace.

    Raises:
        ConfigurationError: the workspace or its settings are broken.
    """
    place = open_workspace(workspace)
    return Context(place, load_settings(place))
