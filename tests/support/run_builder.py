"""Run directories as they lie on disk, written file by file, so that tests need no trainer and no supervisor."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tuner.core.states import RunState
from tuner.runs.atomic import write_json
from tuner.runs.checkpoint_marker import mark_complete
from tuner.runs.events import append_event
from tuner.runs.layout import RunPaths, new_run_id
from tuner.runs.state_file import initial_state

Row = Mapping[str, object]

CREATED = "2026-11-20T10:00:00.000Z"


@dataclass(frozen=True)
class RunSpec:
    """What the run directory shall hold. ``run_id`` None makes a new one from objective and name.

    ``rows`` are metric rows (each needs "step"), ``checkpoints`` steps of whole checkpoints; ``torn_checkpoints`` lack
    their marker.
    """

    name: str = "tools"
    run_id: str | None = None
    kind: str = "train"
    objective: str | None = "sft"
    backend: str | None = "cpu"
    state: RunState = RunState.SUCCEEDED
    rows: Sequence[Row] = ()
    checkpoints: Sequence[int] = ()
    torn_checkpoints: Sequence[int] = ()
    final: bool = False
    manifest: Mapping[str, object] = field(default_factory=dict)
    state_patch: Mapping[str, object] = field(default_factory=dict)


def build_run(runs_folder: Path, spec: RunSpec | None = None, **fields: object) -> Path:
    """Write a run directory below ``runs_folder``; fields of RunSpec may be given by name."""
    asked = spec or RunSpec(**fields)  # type: ignore[arg-type]
    path = runs_folder / (asked.run_id or new_run_id(asked.objective or asked.kind, asked.name))
    paths = RunPaths(path)
    paths.logs.mkdir(parents=True)
    paths.checkpoints.mkdir()
    write_json(paths.manifest, manifest_of(path.name, asked), durable=False)
    state = {**initial_state(asked.state), **asked.state_patch}
    write_json(paths.state, state, durable=False)
    append_event(path, "created", "queued", {"name": asked.name})
    if asked.rows:
        write_rows(paths.logs / "training_20261120_100000.jsonl", asked.rows)
    for step in (*asked.checkpoints, *asked.torn_checkpoints):
        add_checkpoint(path, step, whole=step not in asked.torn_checkpoints)
    if asked.final:
        fill_model(paths.final_model)
        mark_complete(paths.final_model)
    return path


def manifest_of(run_id: str, spec: RunSpec) -> dict[str, object]:
    """A manifest of the present schema."""
    return {
        "schema_version": 1,
        "run_id": run_id,
        "name": spec.name,
        "kind": spec.kind,
        "objective": spec.objective,
        "backend": spec.backend,
        "parent_run": None,
        "tags": [],
        "created": CREATED,
        "started": None,
        "finished": None,
        "state": spec.state.value,
        "error": None,
        "results": {},
        "artifacts": [],
        **spec.manifest,
    }


def metric_row(step: int, **values: object) -> dict[str, object]:
    """A metric row as the trainers write it; a slash in a name is spelt with two underscores (rewards__margins)."""
    row: dict[str, object] = {
        "step": step,
        "timestamp": "2026-11-20T10:00:01.000Z",
        "elapsed_seconds": float(step),
        "interval_time": 1.0,
    }
    return {**row, **{name.replace("__", "/"): value for name, value in values.items()}}


def write_rows(path: Path, rows: Iterable[Row], *, torn: str = "") -> Path:
    """Write rows a line each (NaN and infinity as bare words); ``torn`` is left at the end without its line's end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + torn, encoding="utf-8")
    return path


def add_checkpoint(run_dir: Path, step: int, *, whole: bool = True, log_history: Sequence[Row] = ()) -> Path:
    """A checkpoint folder of one of our runs; without its marker where it is not whole."""
    folder = fill_model(RunPaths(run_dir).checkpoints / f"checkpoint-{step}")
    state = {"global_step": step, "log_history": list(log_history)}
    (folder / "trainer_state.json").write_text(json.dumps(state), encoding="utf-8")
    if whole:
        mark_complete(folder)
    return folder


def fill_model(folder: Path) -> Path:
    """Small stand-ins for an adapter's files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text('{"peft_type": "LORA", "r": 8}', encoding="utf-8")
    (folder / "adapter_model.safetensors").write_bytes(b"\0" * 64)
    return folder
