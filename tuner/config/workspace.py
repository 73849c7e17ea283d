"""The workspace: any folder. Runs live in runs/, caches and settings in .tuner/, both made when first needed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tuner.core.errors import ConfigurationError, ErrorCode
from tuner.runs.layout import RUNS_FOLDER


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder that holds runs. ``root`` is absolute."""

    root: Path

    @property
    def runs(self) -> Path:
        return self.root / RUNS_FOLDER

    @property
    def hidden(self) -> Path:
        return self.root / ".tuner"

    def resolve(self, path: str) -> Path:
        """A path of a configuration: relative ones mean the workspace."""
        return Path(os.path.normpath(self.root / expanded(path)))

    def make_folder(self, folder: Path) -> Path:
        """Make a folder in the workspace.

        Raises:
            ConfigurationError: the workspace cannot be written (code DISK_FULL where the disk is full).
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(folder, error) from error
        return folder


def open_workspace(named: str | Path | None = None, environment: dict[str, str] | None = None) -> Workspace:
    """The workspace named, else TUNER_WORKSPACE, else the current folder.

    Raises:
        ConfigurationError: it does not exist or is not a folder.
    """
    variables = os.environ if environment is None else environment
    root = expanded(named or variables.get("TUNER_WORKSPACE") or ".").absolute()
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        raise ConfigurationError(f"workspace {root} {what}", hint=f"make it: mkdir -p {root}")
    return Workspace(Path(os.path.normpath(root)))


def user_folder(environment: Mapping[str, str]) -> Path:
    """Where the user's own settings and themes are: tuner/ in XDG_CONFIG_HOME, else in ~/.config."""
    return Path(environment.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()) / "tuner"


def expanded(path: str | Path) -> Path:
    """A path with ``~`` replaced; that of an unknown user stays as it is (pathlib raises there)."""
    return Path(os.path.expanduser(path))  # noqa: PTH111


def cannot_write(path: Path, error: OSError) -> ConfigurationError:
    """A refusal to write, as a message with what to do."""
    import errno

    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ConfigurationError(
            f"no space left on the disk that holds {path}",
            code=ErrorCode.DISK_FULL,
            hint="free some space (`tuner runs list`, `tuner runs delete ID`) and try again",
        )
    return ConfigurationError(
        f"cannot write {path}: {error.strerror or error}",
        hint="choose a writable workspace with --workspace DIR, or mend the folder's permissions",
    )
