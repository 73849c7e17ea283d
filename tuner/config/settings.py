"""Settings: ~/.config/tuner/settings.yaml, then .tuner/settings.yaml in the workspace, then TUNER_* variables."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pydantic
from pydantic import BaseModel, ConfigDict, Field, field_validator

from tuner.config.workspace import Workspace, expanded, user_folder
from tuner.config.yaml_text import Tree, read_mapping
from tuner.core.errors import ConfigurationError
from tuner.core.job_issues import issues_from
from tuner.runs.manifest_file import merged

_WAYS = {"bell", "osc9"}


class BackendSettings(BaseModel):
    """One backend's settings."""

    model_config = ConfigDict(extra="forbid")

    python_path: str | None = Field(None, description="interpreter of the backend's environment")


class PublishingSettings(BaseModel):
    """Defaults for publishing."""

    model_config = ConfigDict(extra="forbid")

    target: str = Field("dir:published", description="where `u` publishes to; relative folders mean the workspace")


class Settings(BaseModel):
    """All settings, each documented where it stands."""

    model_config = ConfigDict(extra="forbid")

    default_backend: str | None = Field(None, description="backend when none is named; else the best this machine has")
    backends: dict[str, BackendSettings] = Field(default_factory=dict)
    publishing: PublishingSettings = Field(default_factory=lambda: PublishingSettings())
    theme: str = Field("tuner-dark", description="theme of the screen")
    slow_link: bool = Field(False, description="send few bytes to the terminal: for SSH over a slow line")
    notify: str = Field("bell,osc9", description="how the end of a run is told: bell, osc9 or both, by a comma; none")
    keys: dict[str, str] = Field(default_factory=dict, description="action id → key, to remap keys")
    sources: list[str] = Field(default_factory=list, description="folders elsewhere whose runs are shown too")

    @field_validator("notify")
    @classmethod
    def _known_ways(cls, value: str) -> str:
        ways = {w.strip() for w in value.split(",")}
        if ways != {"none"} and not ways <= _WAYS:
            raise ValueError("takes bell, osc9, both separated by a comma, or none")
        return value

    @property
    def ways_to_notify(self) -> tuple[str, ...]:
        """How the end of a run is told: some of "bell" and "osc9"."""
        return tuple(w for w in (part.strip() for part in self.notify.split(",")) if w in _WAYS)

    def python_path(self, backend: str) -> str:
        """The interpreter that a backend trains with; this one by default."""
        named = self.backends.get(backend)
        path = named.python_path if named else None
        return str(expanded(path)) if path else sys.executable


def user_settings_file(environment: Mapping[str, str]) -> Path:
    """The user's own file, where XDG_CONFIG_HOME says."""
    return user_folder(environment) / "settings.yaml"


def load_settings(workspace: Workspace, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    TUNER_THEME, TUNER_DEFAULT_BACKEND, TUNER_PUBLISHING__TARGET and TUNER_BACKENDS__RTX__PYTHON_PATH set what their
    names say (two underscores step into a section).

    Raises:
        ConfigurationError: a file is broken or names something unknown.
    """
    variables = os.environ if environment is None else environment
    tree: Tree = {}
    for path in (user_settings_file(variables), workspace.hidden / "settings.yaml"):
        if path.is_file():
            tree = merged(tree, _checked(read_mapping(path), str(path)))
    from_variables = _from_variables(variables)
    return Settings.model_validate(merged(tree, _checked(from_variables, "environment variables TUNER_*")))


def _from_variables(variables: Mapping[str, str]) -> Tree:
    tree: Tree = {}
    for name, value in sorted(variables.items()):
        path = name.removeprefix("TUNER_").lower().split("__")
        if not name.startswith("TUNER_") or path[0] not in Settings.model_fields:
            continue
        here = tree
        for key in path[:-1]:
            inner = here.setdefault(key, {})
            if not isinstance(inner, dict):
                break
            here = inner
        else:
            here[path[-1]] = value
    return tree


def _checked(tree: Tree, where: str) -> Tree:
    try:
        Settings.model_validate(tree)
    except pydantic.ValidationError as error:
        first = issues_from(error)[0]
        raise ConfigurationError(
            f"{where}: {first.path}: {first.message}", hint=f"settings are {', '.join(Settings.model_fields)}"
        ) from error
    return tree
