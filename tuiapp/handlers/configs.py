"""Configurations by name: a file, a preset, or an earlier run's."""

from __future__ import annotations

from pathlib import Path

from tuiapp.handlers.context import Context
from tuner.config.presets import find_preset, preset_backend
from tuner.config.workspace import cannot_write
from tuner.config.yaml_text import read_text
from tuner.core.errors import ConfigurationError, DiscoveryError, ErrorCode
from tuner.runs.atomic import write_bytes
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest


def read_configuration(context: Context, name: str) -> tuple[str, str | None]:
    """A configuration's text, and the backend that its preset is for (None for an ordinary file).

    A name that is a file in the current folder or the workspace is that file; else it is a preset's.

    Raises:
        DiscoveryError: there is neither (code CONFIG_INVALID).
        ConfigurationError: it is a folder, or cannot be read.
    """
    for path in (Path(name), context.workspace.resolve(name)):
        if path.exists():
            return read_text(path), preset_backend(path)
    try:
        preset = find_preset(name)
    except ConfigurationError as error:
        and_no_preset = "" if Path(name).suffix in {".yaml", ".yml"} else f", and {error.message}"
        raise DiscoveryError(
            f"{name}: no such file{and_no_preset}", code=ErrorCode.CONFIG_INVALID, hint=error.hint
        ) from error
    return preset.text(), preset.backend


def new_configuration(name: str, target: Path) -> Path:
    """Write a preset's text to a new file.

    Raises:
        ConfigurationError: no such preset, the file exists, or it cannot be written.
    """
    preset = find_preset(name)
    if target.exists():
        raise ConfigurationError(f"{target} exists already", hint="name another file; nothing was written")
    try:
        write_bytes(target, preset.text().encode())
    except OSError as error:
        raise cannot_write(target, error) from error
    return target


def run_configuration(run_dir: Path) -> tuple[str, str | None]:
    """The text of an earlier run's configuration, and its backend.

    Raises:
        ConfigurationError: the run has none.
    """
    try:
        backend = read_manifest(run_dir).get("backend")
    except UnreadableFile as error:
        raise ConfigurationError(str(error), hint="choose another run") from error
    path = RunPaths(run_dir).job
    if not path.is_file():
        raise ConfigurationError(f"{run_dir.name} has no configuration to copy", hint="choose a training run")
    return read_text(path), str(backend) if backend else None
