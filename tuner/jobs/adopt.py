"""Another tool's run made a run directory of ours. What it made is linked or copied; the original stays as it is."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from datetime import datetime
from pathlib import Path

from tuner.config.workspace import Workspace, cannot_write
from tuner.core.errors import ConfigurationError
from tuner.core.states import RunState
from tuner.core.views import CheckpointInfo
from tuner.discovery.checkpoints import find_checkpoints
from tuner.discovery.foreign_facts import foreign_facts
from tuner.discovery.foreign_summary import rfc3339
from tuner.discovery.run_folders import RunFolder
from tuner.discovery.summaries import summarise_folder
from tuner.discovery.weight_facts import model_files
from tuner.jobs.adopted_manifest import adopted_manifest, has_finished, made_at, unproven_end
from tuner.jobs.finalize import finalize
from tuner.runs.annotations import Annotations
from tuner.runs.atomic import sync_folder, write_json
from tuner.runs.checkpoint_marker import mark_complete
from tuner.runs.events import append_event_locked
from tuner.runs.layout import RunPaths, metric_file_name, new_run_id
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import TIMESTAMP
from tuner.runs.metric_reader import read_history
from tuner.runs.mlx_console import mlx_console_logs
from tuner.runs.run_texts import console_of
from tuner.runs.state_file import initial_state
from tuner.runs.summary import RunSummary

ORIGINAL = "original"
"""Where the original lies in a run that was moved."""
_QUIET_SECONDS = 60.0
"""A run that does not say it has finished is not adopted while it was written to within so long."""


def adopt(workspace: Workspace, folder: RunFolder, *, move: bool = False) -> Path:
    """Make a run of ours from another tool's, with what people said of it.

    Checkpoints are hard-linked, or copied onto another file system.

    Args:
        move: afterwards put the whole original into the new run, as ``original/``.

    Returns:
        The new run directory.

    Raises:
        ConfigurationError: it is ours already, may still be training, cannot be moved, or the workspace cannot be
            written; nothing is left behind then.
    """
    annotations = Annotations(workspace)
    annotations.refresh()
    summary = annotations.put_on(summarise_folder(folder))
    _refuse(workspace, folder, summary, move)
    workspace.make_folder(workspace.runs)
    building: Path | None = None
    try:
        building = Path(tempfile.mkdtemp(prefix=".new-", dir=workspace.runs))
        target = _free_target(workspace, summary)
        _fill(building, target.name, folder, summary)
        building.chmod(0o755)
        building.rename(target)
        sync_folder(workspace.runs)
    except BaseException as error:
        if building is not None:
            shutil.rmtree(building, ignore_errors=True)
        if isinstance(error, OSError):
            raise cannot_write(workspace.runs, error) from error
        raise
    if move:
        try:
            shutil.move(folder.path, target / ORIGINAL)
        except OSError as error:
            raise ConfigurationError(
                f"adopted as {target.name}, but {folder.path} could not be moved: {error.strerror or error}",
                hint="the original is still there; remove it yourself",
            ) from error
    return target


def _refuse(workspace: Workspace, folder: RunFolder, summary: RunSummary, move: bool) -> None:
    if folder.is_ours:
        raise ConfigurationError(f"{folder.id} is a run of this workspace already", hint="see `tuner runs list`")
    if move and (folder.path == workspace.root or workspace.runs.is_relative_to(folder.path)):
        raise ConfigurationError(
            f"{folder.path} holds the workspace and cannot be moved", hint="adopt it without --move"
        )
    newest = max((p.stat().st_mtime for p in folder.path.rglob("*") if p.is_file()), default=0.0)
    silent = time.time() - newest
    if silent < _QUIET_SECONDS and not has_finished(summary):
        raise ConfigurationError(
            f"{folder.id} was written to {max(0, round(silent))} seconds ago and may still be training",
            hint=f"adopt it once it has been silent for {_QUIET_SECONDS:.0f} seconds",
        )


def _free_target(workspace: Workspace, summary: RunSummary) -> Path:
    """The new run's place; its id says when the original was made."""
    while True:
        target = workspace.runs / new_run_id(summary.objective or "train", summary.name, made_at(summary))
        if not target.exists():
            return target


def _fill(building: Path, run_id: str, folder: RunFolder, summary: RunSummary) -> None:
    paths = RunPaths(building)
    history = read_history(folder.path)
    paths.logs.mkdir()
    paths.checkpoints.mkdir()
    error = None if has_finished(summary) else unproven_end(summary)
    manifest = adopted_manifest(run_id, folder, summary, foreign_facts(folder.path, folder.source))
    write_json(paths.manifest, {**manifest, "error": error})
    state = initial_state(RunState(str(manifest["state"])))
    reached = {"step": summary.step, "total_steps": summary.total_steps, "progress": summary.progress}
    write_json(paths.state, {**state, **reached, "message": f"adopted from {folder.path}", "error": error})
    _write_rows(paths, history, made_at(summary))
    _copy_console(folder.path, paths.console)
    for checkpoint in find_checkpoints(folder.path, history=history):
        _take(folder.path, checkpoint, paths)
    data = {"from": str(folder.path), "maker": folder.source, "id": folder.id}
    append_event_locked(building, "adopted", f"adopted from {folder.path}", data)
    finalize(building)


def _write_rows(paths: RunPaths, history: MetricHistory, made: datetime | None) -> None:
    if not len(history):
        return
    lines = []
    for step, row in history.rows():
        values: dict[str, object] = dict(row)
        moment = rfc3339(row.get(TIMESTAMP))
        values = {**values, TIMESTAMP: moment} if moment else {k: v for k, v in values.items() if k != TIMESTAMP}
        lines.append(json.dumps({"step": step, **values}))
    (paths.logs / metric_file_name(made)).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _copy_console(run_dir: Path, console: Path) -> None:
    logs = mlx_console_logs(run_dir) or [console_of(run_dir)]
    if not logs[0].is_file():
        return
    with console.open("wb") as file:
        for log in logs:
            with log.open("rb") as source:
                shutil.copyfileobj(source, file)


def _take(run_dir: Path, checkpoint: CheckpointInfo, paths: RunPaths) -> None:
    place = paths.final_model if checkpoint.is_final else paths.checkpoints / f"checkpoint-{checkpoint.step}"
    place.mkdir()
    source = checkpoint.path
    if source.is_file():  # MLX: a file a checkpoint; with its configuration it is an adapter folder again
        lm = source.suffix == ".safetensors"
        _link(source, place / ("adapters.safetensors" if lm else source.name))
        if lm and (run_dir / "adapter_config.json").is_file():
            _link(run_dir / "adapter_config.json", place / "adapter_config.json")
    elif source == run_dir:
        for file in model_files(run_dir):
            _link(file, place / file.name)
    else:
        for file in sorted(p for p in source.rglob("*") if p.is_file()):
            inner = place / file.relative_to(source)
            inner.parent.mkdir(parents=True, exist_ok=True)
            _link(file, inner)
    mark_complete(place)


def _link(source: Path, target: Path) -> None:
    """A second name for the same file, or a copy where the file systems differ or linking is not allowed."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copy2(source, target)
