"""The ready-made job configurations: in a checkout under configs/, in an installed wheel beside this package."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from tuner.config.yaml_text import read_mapping
from tuner.core.errors import ConfigurationError

_INSTALLED = Path(__file__).resolve().parents[1] / "presets"
_CHECKOUT = Path(__file__).resolve().parents[2] / "configs"


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset: ``name`` is "backend/file", ``title`` its first comment line."""

    name: str
    backend: str
    title: str
    path: Path

    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")


def presets_folder() -> Path:
    """Where the presets are."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def list_presets(folder: Path | None = None) -> list[Preset]:
    """All presets, by backend and name."""
    base = folder or presets_folder()
    return [_preset(base, p) for p in sorted(base.glob("*/*.yaml"))]


def find_preset(name: str, folder: Path | None = None) -> Preset:
    """The preset of that name, with or without its backend.

    Raises:
        ConfigurationError: no preset, or several, go by that name.
    """
    presets = list_presets(folder)
    found = [p for p in presets if name in {p.name, p.path.stem}]
    if len(found) == 1:
        return found[0]
    problem = f"several presets are called {name!r}" if found else f"there is no preset {name!r}"
    raise ConfigurationError(problem, hint=_hint(name, found or _alike(name, presets)))


def _alike(name: str, presets: list[Preset]) -> list[Preset]:
    by_name = {word: p for p in presets for word in (p.name, p.path.stem)}
    return [by_name[word] for word in difflib.get_close_matches(name, by_name, n=3)]


def _hint(name: str, meant: list[Preset]) -> str:
    names = " or ".join(dict.fromkeys(p.name for p in meant))
    return (
        f"did you mean {names}? `tuner config new --list` lists all presets"
        if names
        else ("`tuner config new --list` lists the presets")
    )


def preset_backend(path: Path) -> str | None:
    """The backend of a preset's file, where the file is one."""
    return path.parent.name if path.resolve().parent.parent == presets_folder().resolve() else None


def _preset(base: Path, path: Path) -> Preset:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    title = first.removeprefix("#").strip() if first.startswith("#") else str(read_mapping(path).get("objective", ""))
    return Preset(f"{path.parent.name}/{path.stem}", path.parent.name, title, path)
