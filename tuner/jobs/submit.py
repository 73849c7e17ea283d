"""A new run: its directory appears whole, as queued, or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tuner.config.git_commit import git_commit
from tuner.config.workspace import Workspace, cannot_write
from tuner.runs.atomic import sync_folder, write_bytes, write_json
from tuner.runs.events import append_event_locked
from tuner.runs.layout import SCHEMA_VERSION, RunPaths, new_run_id, utc_now
from tuner.runs.state_file import initial_state


@dataclass(frozen=True, slots=True)
class Launch:
    """What the supervisor starts. ``environment`` is set; ``passed_on`` names variables that are inherited."""

    argv: list[str]
    cwd: str
    environment: Mapping[str, str] = field(default_factory=dict)
    passed_on: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        return {
            "argv": self.argv,
            "cwd": self.cwd,
            "environment": dict(self.environment),
            "passed_on": self.passed_on,
        }


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What is asked of a new run. ``facts`` go into the manifest as they are (model, dataset, job, …)."""

    kind: str
    name: str
    payload: Mapping[str, object]
    objective: str | None = None
    backend: str | None = None
    parent: str | None = None
    tags: list[str] = field(default_factory=list)
    job_yaml: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def create_run(workspace: Workspace, spec: RunSpec, launch: Callable[[Path], Launch]) -> Path:
    """Create the run directory.

    Args:
        launch: makes the launch from the run directory's final path.

    Raises:
        ConfigurationError: the workspace cannot be written or the disk is full; nothing is left behind.
    """
    workspace.make_folder(workspace.runs)
    try:
        place = building = Path(tempfile.mkdtemp(prefix=".new-", dir=workspace.runs))
    except OSError as error:
        raise cannot_write(workspace.runs, error) from error
    try:
        target = _free_target(workspace, spec)
        _fill(building, target, spec, launch(target), git_commit(workspace.root))
        building.chmod(0o755)
        place = building.rename(target)
        sync_folder(workspace.runs)
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)
        raise cannot_write(workspace.runs, error) from error
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return target


def _free_target(workspace: Workspace, spec: RunSpec) -> Path:
    while True:
        target = workspace.runs / new_run_id(spec.objective or spec.kind, spec.name)
        if not target.exists():
            return target


def _fill(folder: Path, target: Path, spec: RunSpec, launch: Launch, commit: dict[str, object] | None) -> None:
    paths = RunPaths(folder)
    manifest: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "run_id": target.name,
        "name": spec.name,
        "kind": spec.kind,
        "objective": spec.objective,
        "backend": spec.backend,
        "parent_run": spec.parent,
        "tags": spec.tags,
        "created": utc_now(),
        "started": None,
        "finished": None,
        "state": "queued",
        "error": None,
        "results": {},
        "artifacts": [],
        **({"git": commit} if commit else {}),
        **spec.facts,
    }
    for name in ("logs", "checkpoints") if spec.kind == "train" else ():
        (folder / name).mkdir()
    write_json(paths.manifest, manifest)
    write_json(paths.payload, spec.payload)
    write_json(paths.launch, launch.as_dict())
    if spec.job_yaml is not None:
        write_bytes(paths.job, spec.job_yaml.encode())
    write_json(paths.state, initial_state())
    append_event_locked(folder, "created", "queued", {"name": spec.name})
