"""One run as lists show it: the documented JSON object, read from disk without ever raising for one bad run."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tuner.core.states import RunState
from tuner.runs.json_file import JsonObject, UnreadableFile
from tuner.runs.layout import RunPaths, metric_names
from tuner.runs.manifest_file import read_manifest
from tuner.runs.state_file import StateView, read_state
from tuner.runs.summary_metrics import SummaryMetrics

STALE_AFTER = 30.0
"""Seconds without a heartbeat after which a live run is told to be stale."""

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a list says of one run. Times are RFC 3339 UTC, durations seconds, progress 0 to 1; unknown is None."""

    id: str
    name: str
    kind: str
    source: str
    state: str
    objective: str | None
    method: str | None
    backend: str | None
    model: str | None
    dataset: str | None
    created_at: str | None
    started_at: str | None
    finished_at: str | None
    phase: str | None
    message: str
    step: int | None
    total_steps: int | None
    progress: float | None
    eta_seconds: float | None
    metrics: Mapping[str, float | None]
    best: Json | None
    error: Json | None
    parent: str | None
    tags: list[str]
    path: Path
    stale_seconds: float | None = None
    results: Json = field(default_factory=dict)
    note: str = ""
    pinned: bool = False
    archived: bool = False
    sparkline: tuple[float, ...] = ()
    """At most 24 values of the objective's loss, evenly spread over the run; () where there are none."""

    @property
    def is_live(self) -> bool:
        return self.state in {RunState.QUEUED, RunState.RUNNING, RunState.FINALIZING}

    def as_dict(self) -> Json:
        """The documented object of `runs list`."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "source": self.source,
            "state": self.state,
            "objective": self.objective,
            "method": self.method,
            "backend": self.backend,
            "model": self.model,
            "dataset": self.dataset,
            "created_at": self.created_at,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "phase": self.phase,
            "message": self.message,
            "step": self.step,
            "total_steps": self.total_steps,
            "progress": self.progress,
            "eta_seconds": self.eta_seconds,
            "stale_seconds": self.stale_seconds,
            "metrics": dict(self.metrics),
            "best": self.best,
            "error": self.error,
            "parent": self.parent,
            "tags": self.tags,
            "note": self.note,
            "pinned": self.pinned,
            "archived": self.archived,
            "path": str(self.path),
        }


def summarise(run_dir: Path) -> RunSummary:
    """Read one run. What cannot be read is told in ``error``; the run is shown all the same."""
    problems: list[str] = []
    manifest: JsonObject = {}
    state: StateView | None = None
    try:
        manifest = read_manifest(run_dir)
    except UnreadableFile as error:
        problems.append(str(error))
    try:
        state = read_state(run_dir)
    except UnreadableFile as error:
        problems.append(str(error))
    job = _object(manifest.get("job"))
    results = _object(manifest.get("results"))
    name = _text(manifest.get("name")) or run_dir.name
    measured = SummaryMetrics(_metric_files(str(run_dir)))
    live = state is not None and state.state in {RunState.RUNNING, RunState.FINALIZING}
    return RunSummary(
        id=run_dir.name,
        name=name,
        kind=_text(manifest.get("kind")) or "train",
        source="tuner",
        state=state.state.value if state else "unreadable",
        objective=_text(manifest.get("objective")),
        method=_text(_object(job.get("method")).get("type")),
        backend=_text(manifest.get("backend")),
        model=_text(_object(job.get("model")).get("base_model")) or _text(_object(manifest.get("model")).get("id")),
        dataset=_text(_object(job.get("datasets")).get("training"))
        or _text(_object(manifest.get("dataset")).get("path")),
        created_at=_text(manifest.get("created")),
        started_at=_text(manifest.get("started")),
        finished_at=_text(manifest.get("finished")),
        phase=state.phase if state else None,
        message=state.message if state else "; ".join(problems),
        step=state.step if state else None,
        total_steps=state.total_steps if state else None,
        progress=state.progress if state else None,
        eta_seconds=state.eta_seconds if state else None,
        metrics=measured.newest(),
        best=_best(results.get("best")),
        error=dict(state.error) if state and state.error else _unreadable(problems),
        parent=_text(manifest.get("parent_run")),
        tags=[str(t) for t in _list(manifest.get("tags"))],
        path=run_dir,
        stale_seconds=_stale(run_dir) if live else None,
        results=results,
        note=_text(manifest.get("note")) or "",
        pinned=manifest.get("pinned") is True,
        archived=manifest.get("archived") is True,
        sparkline=measured.losses(),
    )


def run_signature(run_dir: Path) -> tuple[int, ...]:
    """Times and sizes of the files that ``summarise`` reads; equal means that nothing changed."""
    root = str(run_dir)
    stamps: list[int] = []
    for path in (f"{root}/state.json", f"{root}/manifest.json", *_metric_files(root)[-1:]):
        try:
            stat = os.stat(path)  # noqa: PTH116 - thousands of times, and pathlib's is slower
        except OSError:
            stamps.append(0)
        else:
            stamps += (stat.st_mtime_ns, stat.st_size)
    return tuple(stamps)


def _metric_files(root: str) -> list[str]:
    logs = f"{root}/logs"
    return [f"{logs}/{name}" for name in metric_names(logs)]


def _stale(run_dir: Path) -> float | None:
    """Seconds since the last heartbeat, where they are too many."""
    try:
        age = time.time() - RunPaths(run_dir).heartbeat.stat().st_mtime
    except OSError:
        return None
    return round(age, 1) if age > STALE_AFTER else None


def _best(value: object) -> Json | None:
    best = _object(value)
    return {k: best.get(k) for k in ("step", "by", "value")} if best else None


def _unreadable(problems: list[str]) -> Json | None:
    if not problems:
        return None
    hint = "restore the file from a backup, or delete the run"
    return {"class": "user", "code": "RUN_NOT_FOUND", "message": "; ".join(problems), "hint": hint}


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
