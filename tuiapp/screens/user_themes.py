"""Themes that somebody wrote: ~/.config/tuner/themes/<name>.yaml. Read only when one is named, or all are shown.

``{name: dusk, dark: true, primary: "#88aaff", …}``: colours that are left out are those of Tuner's own theme.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from textual.color import Color, ColorParseError
from textual.theme import Theme

from tuiapp.themes import DARK, LIGHT, THEMES
from tuner.core.errors import ConfigurationError

COLOURS = (
    "primary", "secondary", "accent", "success", "warning", "error",
    "foreground", "background", "surface", "panel", "boost", "border", "border-blurred",
)  # fmt: skip
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_IN_VARIABLES = ("border", "border-blurred")


def theme_file(folder: Path, name: str) -> Path | None:
    """The file of a theme of that name; None where the folder has none."""
    if not _NAME.fullmatch(name):
        return None
    path = folder / f"{name}.yaml"
    return path if path.is_file() else None


def all_themes(folder: Path) -> tuple[list[Theme], list[str]]:
    """The folder's themes, and what is wrong with those that cannot be read."""
    themes, problems = [], []
    for path in sorted(folder.glob("*.yaml")):
        try:
            themes.append(read_theme(path))
        except ConfigurationError as error:
            problems.append(error.message.replace(f"{folder}/", "") + (f": {error.hint}" if error.hint else ""))
    return themes, problems


def read_theme(path: Path) -> Theme:
    """One theme; its name is that of its file, unless it names another.

    Raises:
        ConfigurationError: which key of the file is wrong, and what it takes.
    """
    from tuner.config.yaml_text import read_mapping

    values = read_mapping(path)
    unknown = [k for k in values if k not in {"name", "dark", *COLOURS}]
    if unknown:
        raise ConfigurationError(
            f"{path}: {unknown[0]!r} is no part of a theme", hint=f"name, dark, {', '.join(COLOURS)}"
        )
    name, dark = str(values.get("name", path.stem)), values.get("dark", True)
    if not _NAME.fullmatch(name) or name in {t.name for t in THEMES}:
        raise ConfigurationError(
            f"{path}: a theme cannot be named {name!r}", hint="small letters, digits and dashes, and no name of ours"
        )
    if not isinstance(dark, bool):
        raise ConfigurationError(f"{path}: dark: {dark!r} is neither true nor false")
    return _theme(name, dark, {k: _colour(path, k, values[k]) for k in COLOURS if k in values})


def _theme(name: str, dark: bool, own: Mapping[str, str]) -> Theme:
    base = next(t for t in THEMES if t.name == (DARK if dark else LIGHT))
    background = own.get("background")
    ground = {"surface": background} if background is not None else {}
    colours = {**ground, **{k: v for k, v in own.items() if k not in _IN_VARIABLES}}
    return Theme(
        name=name,
        primary=colours.get("primary", base.primary),
        secondary=colours.get("secondary", base.secondary),
        accent=colours.get("accent", base.accent),
        success=colours.get("success", base.success),
        warning=colours.get("warning", base.warning),
        error=colours.get("error", base.error),
        foreground=colours.get("foreground", base.foreground),
        background=colours.get("background", base.background),
        surface=colours.get("surface", base.surface),
        panel=colours.get("panel", base.panel),
        boost=colours.get("boost", base.boost),
        dark=dark,
        variables={**base.variables, **{k: own[k] for k in _IN_VARIABLES if k in own}},
    )


def _colour(path: Path, key: str, value: object) -> str:
    try:
        return Color.parse(str(value)).hex6
    except ColorParseError:
        raise ConfigurationError(f"{path}: {key}: {value!r} is no colour", hint='write it as "#1a2b3c"') from None
