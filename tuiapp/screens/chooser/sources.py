"""What a new run may start from: presets this machine can use, earlier runs, files of the workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.context import Context

_MOST_RUNS, _MOST_FILES = 50, 50
_BESIDES = frozenset({"runs", "published"})
"""Folders of the workspace that hold no configurations of the user's own."""


class SourceKind(StrEnum):
    """The value is the heading."""

    PRESET = "Presets"
    RUN = "Earlier runs"
    FILE = "Files"


@dataclass(frozen=True)
class Source:
    """A configuration to start from. ``path`` is the preset's or file's path, or the run's folder.

    ``text``: what stands in the editor at first, where that is not the configuration as it is.
    """

    kind: SourceKind
    title: str
    about: str
    path: Path
    backend: str | None = None
    text: str | None = None


def list_sources(context: Context) -> Iterator[tuple[list[Source], list[str]]]:
    """All sources, and a note for each backend whose presets are left out.

    Looking at a backend's environment may take seconds, so what is known so far is given after each.
    """
    from tuner.config.presets import list_presets

    presets = list_presets()
    names = sorted({p.backend for p in presets}, key=lambda n: (n != context.default_backend(), n))
    others = [*_runs(context), *_files(context)]
    found: list[Source] = []
    notes: list[str] = []
    for index, name in enumerate(names):
        ours = [p for p in presets if p.backend == name]
        reason = _lacking(context, name)
        if reason:
            notes.append(f"{len(ours)} {name} preset{'s' if len(ours) != 1 else ''} not shown: {reason}")
        else:
            found += [Source(SourceKind.PRESET, p.name, inert(p.title), p.path, name) for p in ours]
        rest = [f"looking at {names[index + 1]}…"] if index + 1 < len(names) else []
        yield [*found, *others], [*notes, *rest]
    if not names:
        yield others, ["no presets found; reinstall tuner-workbench"]


def _lacking(context: Context, backend: str) -> str:
    """Why this machine cannot train on a backend; "" where it can."""
    from tuiapp.handlers.backends import describe_backend
    from tuner.core.errors import TunerError

    try:
        info = describe_backend(context, backend)
    except TunerError as error:
        return inert(error.message)
    return "" if info.available else inert(info.message.partition(". ")[0])


def read_source(source: Source) -> tuple[str, str | None]:
    """The text of a configuration and its backend.

    Raises:
        ConfigurationError: it cannot be read.
    """
    from tuiapp.handlers.configs import run_configuration
    from tuner.config.presets import preset_backend
    from tuner.config.yaml_text import read_text

    if source.kind is SourceKind.RUN:
        return run_configuration(source.path)
    return read_text(source.path), source.backend or preset_backend(source.path)


def _runs(context: Context) -> Iterable[Source]:
    from tuner.discovery.references import run_folders
    from tuner.runs.json_file import UnreadableFile
    from tuner.runs.layout import RunPaths
    from tuner.runs.manifest_file import read_manifest

    listed: list[Source] = []
    for folder in run_folders(context.workspace):
        if len(listed) == _MOST_RUNS:
            break
        if not RunPaths(folder).job.is_file():
            continue
        try:
            manifest = read_manifest(folder)
        except UnreadableFile:
            continue  # the run list tells of it
        about = f"{manifest.get('objective') or manifest.get('kind')} · {manifest.get('state')} · {folder.name}"
        listed.append(Source(SourceKind.RUN, inert(str(manifest.get("name"))), inert(about), folder))
    return listed


def _files(context: Context) -> Sequence[Source]:
    root = context.workspace.root
    near = [*root.glob("*.yaml"), *root.glob("*.yml"), *root.glob("*/*.yaml"), *root.glob("*/*.yml")]
    shown = sorted(p for p in near if p.relative_to(root).parts[0] not in _BESIDES and not _hidden(p, root))
    return [Source(SourceKind.FILE, inert(str(p.relative_to(root))), "", p) for p in shown[:_MOST_FILES]]


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)
