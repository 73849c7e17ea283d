"""manifest.json: what was asked and what came out (standard library only).

Older schema versions are brought up to date on reading; the file itself is only rewritten when it changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tuner.runs.atomic import write_json
from tuner.runs.json_file import JsonObject, UnreadableFile, read_object
from tuner.runs.layout import SCHEMA_VERSION, RunPaths
from tuner.runs.lock import run_lock


def read_manifest(run_dir: Path) -> JsonObject:
    """Read the manifest, in the present schema.

    Raises:
        UnreadableFile: it is missing, torn, or written by a newer Tuner.
    """
    path = RunPaths(run_dir).manifest
    return _upgraded(read_object(path), path)


def patch_manifest(run_dir: Path, patch: Mapping[str, object]) -> None:
    """Merge ``patch`` into the manifest under the run's lock; mappings merge key by key, all else is replaced."""
    path = RunPaths(run_dir).manifest
    with run_lock(run_dir):
        write_json(path, merged(_upgraded(read_object(path), path), patch))


def pinned_checkpoints(values: Mapping[str, object]) -> frozenset[int]:
    """The steps of the checkpoints that a manifest says are to be kept (FINAL_STEP for final_model)."""
    steps = values.get("pinned_checkpoints")
    return frozenset(s for s in steps if isinstance(s, int)) if isinstance(steps, list) else frozenset()


def merged(old: Mapping[str, object], new: Mapping[str, object]) -> JsonObject:
    """``old`` with ``new`` laid over it, mappings merged key by key."""
    result = dict(old)
    for key, value in new.items():
        before = result.get(key)
        result[key] = merged(before, value) if isinstance(before, dict) and isinstance(value, Mapping) else value
    return result


def _upgraded(values: JsonObject, path: Path) -> JsonObject:
    version = values.get("schema_version", 0)
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise UnreadableFile(f"{path}: schema version {version!r} is newer than this Tuner reads ({SCHEMA_VERSION})")
    if version < 1:  # version 0 named the kind "type" and had no list of artifacts
        values = {"kind": values.get("type", "train"), "artifacts": [], **values}
    return {**values, "schema_version": SCHEMA_VERSION}
