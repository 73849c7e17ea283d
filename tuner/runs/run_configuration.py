"""What a run was asked to do, as flat paths: the job of its manifest, or what another tool left in its folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tuner.runs.foreign_configuration import foreign_configuration
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest

_FACTS = (("dataset", "sha256"), ("dataset", "rows"), ("dataset", "validation_rows"), ("model", "resolved_commit"))
"""What the manifest knows beyond the job: the same path may hold other data."""


class Origin(StrEnum):
    """Where a value comes from."""

    SET = "set"
    """Written in the configuration, or recorded by the tool that made the run."""
    DEFAULT = "default"
    """Nobody wrote it; the run was made with the product's default."""
    ABSENT = "absent"
    """The run does not know of it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of one run. ``value`` is None where it is absent, and where None was asked for."""

    value: object
    origin: Origin


ABSENT = Setting(None, Origin.ABSENT)


def read_configuration(run_dir: Path) -> dict[str, Setting]:
    """A run's settings by dotted path, in the order of its sections; {} where the folder tells nothing.

    Lists are values; mappings are opened. Ours are followed by facts (backend, the data's hash, library versions).
    """
    try:
        manifest = read_manifest(run_dir)
    except (UnreadableFile, OSError):
        return {path: Setting(value, Origin.SET) for path, value in foreign_configuration(run_dir)}
    job = manifest.get("job")
    written = _written(run_dir)
    found = {path: Setting(value, _origin(path, written)) for path, value in flat(job if isinstance(job, dict) else {})}
    for path, value in _facts(manifest):
        found.setdefault(path, Setting(value, Origin.SET))
    return found


def flat(values: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """The leaves of nested mappings with their dotted paths; an empty mapping has none."""
    for key, value in values.items():
        path = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{path}.")
        else:
            yield path, value


def _written(run_dir: Path) -> frozenset[str] | None:
    """The paths that job.yaml names; None where it is not there or cannot be read: then all count as set."""
    from tuner.config.yaml_text import YamlProblem, parse_mapping
    from tuner.core.aliases import normalise_aliases

    try:
        tree, _ = parse_mapping(RunPaths(run_dir).job.read_text(encoding="utf-8", errors="replace"))
    except (YamlProblem, OSError):
        return None
    return frozenset(path for path, _ in flat(normalise_aliases(tree)[0]))


def _origin(path: str, written: frozenset[str] | None) -> Origin:
    return Origin.SET if written is None or path in written else Origin.DEFAULT


def _facts(manifest: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    if manifest.get("backend") is not None:
        yield "backend", manifest["backend"]
    for section, key in _FACTS:
        inner = manifest.get(section)
        if isinstance(inner, dict) and inner.get(key) is not None:
            yield f"{section}.{key}", inner[key]
    versions = manifest.get("versions")
    if isinstance(versions, dict):
        yield from flat(versions, "versions.")
