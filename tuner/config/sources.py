"""Folders outside the workspace whose runs it shows too: the list ``sources`` in .tuner/settings.yaml."""

from __future__ import annotations

from pathlib import Path

from tuner.config.workspace import Workspace


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
