"""Folders outside the workspace whose runs it shows too: the list ``sources`` in .tuner/settings.yaml."""

from __future__ import annotations

import os
from pathlib import Path

from tuner.config.workspace import Workspace, cannot_write
from tuner.core.errors import ConfigurationError


def sources_of(workspace: Workspace) -> list[Path]:
    """The sources, absolute, in their order; [] where there is no settings file or it cannot be read.

    Settings as a whole are checked by ``load_settings``; this reads the one list without its cost.
    """
    file = workspace.hidden / "settings.yaml"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    if "sources" not in text:
        return []
    from tuner.config.yaml_text import YamlProblem, parse_mapping

    try:
        named = parse_mapping(text)[0].get("sources")
    except YamlProblem:
        return []  # load_settings says what is wrong with the file
    found = [workspace.resolve(item) for item in named if isinstance(item, str)] if isinstance(named, list) else []
    return list(dict.fromkeys(found))


def add_source(workspace: Workspace, folder: Path) -> list[Path]:
    """Add a folder to the workspace's sources. Returns them all.

    Raises:
        ConfigurationError: there is no such folder, it is the workspace itself, or the settings cannot be written.
    """
    folder = Path(os.path.normpath(folder.absolute()))
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise ConfigurationError(f"{folder} {what}", hint="name a folder that holds runs")
    if folder == workspace.root:
        raise ConfigurationError(f"{folder} is the workspace itself", hint="what lies in it is shown already")
    there = sources_of(workspace)
    if folder not in there:
        _write(workspace, [*there, folder])
    return sources_of(workspace)


def remove_source(workspace: Workspace, folder: Path) -> list[Path]:
    """Forget a source; the folder itself is not touched. Returns those that are left.

    Raises:
        ConfigurationError: it is no source, or the settings cannot be written.
    """
    folder = Path(os.path.normpath(folder.absolute()))
    there = sources_of(workspace)
    if folder not in there:
        listed = ", ".join(map(str, there)) or "none"
        raise ConfigurationError(f"{folder} is no source of this workspace", hint=f"its sources: {listed}")
    _write(workspace, [s for s in there if s != folder])
    return sources_of(workspace)


def _write(workspace: Workspace, sources: list[Path]) -> None:
    """Change the one list in the settings file; comments, order and everything else stay."""
    from tuner.config.yaml_text import edited, read_text
    from tuner.runs.atomic import write_bytes

    workspace.make_folder(workspace.hidden)
    file = workspace.hidden / "settings.yaml"
    text = read_text(file) if file.is_file() else ""
    try:
        write_bytes(file, edited(text, {"sources": [str(s) for s in sources]}, str(file)).encode())
    except OSError as error:
        raise cannot_write(file, error) from error
