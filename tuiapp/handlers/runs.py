"""Looking at runs, waiting for them, stopping and deleting them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tuiapp.handlers.context import Context
from tuner.core.errors import ConfigurationError
from tuner.core.states import RunState
from tuner.discovery.checkpoints import checkpoint_bytes
from tuner.discovery.read_only import refuse_foreign
from tuner.discovery.references import RankedCheckpoint, find_run, folder_at, ranked_checkpoints, run_folders
from tuner.discovery.summaries import summarise_folder
from tuner.jobs.reconcile import reconcile_run
from tuner.jobs.stop import request_cancel
from tuner.runs.events import read_events
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest
from tuner.runs.metric_history import finite_or_none
from tuner.runs.metric_reader import read_history
from tuner.runs.summary import RunSummary

_POLL = 0.1
_LONGEST_WAIT = 2.0
"""Seconds after which a run that is silent is looked at again: its supervisor may have died."""

Json = dict[str, object]
Checkpoints = list[RankedCheckpoint]
"""A name of its own, because within RunsHandler ``list`` is a method."""


class RunsHandler:
    """The runs of one workspace. Whoever looks also notices what died."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def folders(self) -> list[Path]:
        """Run directories, newest first."""
        return run_folders(self.context.workspace)

    def list(self) -> list[RunSummary]:
        """All runs of ours, newest first."""
        return [self.summary(folder) for folder in self.folders()]

    def summary(self, run_dir: Path, *, reconcile: bool = True) -> RunSummary:
        """One run."""
        folder = folder_at(self.context.workspace, run_dir)
        if reconcile and folder.is_ours:
            reconcile_run(run_dir)
        return summarise_folder(folder)

    def find(self, reference: str) -> Path:
        """The run that a person names.

        Raises:
            DiscoveryError: there is none, or there are several.
        """
        return find_run(self.context.workspace, reference)

    def id_of(self, run_dir: Path) -> str:
        """The id of the run in a folder: ours is the folder's name, another tool's is not."""
        return folder_at(self.context.workspace, run_dir).id

    def show(self, run_dir: Path) -> Json:
        """The object of `runs show`."""
        summary = self.summary(run_dir)
        try:
            manifest = read_manifest(run_dir)
        except UnreadableFile:
            manifest = {}  # the summary's error says so
        details = {k: manifest.get(k) for k in ("job", "versions", "hardware", "model", "dataset", "results")}
        return {
            **summary.as_dict(),
            **details,
            "artifacts": manifest.get("artifacts") or [],
            "events": [e.as_dict() for e in read_events(run_dir)],
        }

    def metrics(self, run_dir: Path) -> Json:
        """The object of `runs metrics`: columns, one merged row per step, and how many values were not finite."""
        history = read_history(run_dir)
        names = history.columns
        nonfinite = 0
        rows: list[list[float | int | None]] = []
        for step, values in history.rows():
            nonfinite += sum(1 for v in values.values() if finite_or_none(v) is None)
            rows.append([step, *(finite_or_none(values[n]) if n in values else None for n in names)])
        return {"columns": ["step", *names], "rows": rows, "nonfinite": nonfinite}

    def checkpoints(self, run_dir: Path, by: str | None = None) -> Checkpoints:
        """The run's checkpoints with scores; half-written ones are listed and never scored."""
        return ranked_checkpoints(run_dir, by, torn=True)

    def wait(
        self, run_dir: Path, timeout: float | None = None, watch: Callable[[RunSummary], None] | None = None
    ) -> RunSummary:
        """Wait until the run has ended, or the seconds are over; ``watch`` sees each look."""
        deadline = time.monotonic() + timeout if timeout is not None else None
        while True:
            stamp, looked = _state_stamp(run_dir), time.monotonic()
            summary = self.summary(run_dir)
            if watch is not None:
                watch(summary)
            if not summary.is_live or summary.state == RunState.PAUSED:
                return summary
            if deadline is not None and time.monotonic() >= deadline:
                return summary
            # A look takes milliseconds that training on the same cores would miss: only where something changed.
            while stamp == _state_stamp(run_dir) and time.monotonic() - looked < _LONGEST_WAIT:
                if deadline is not None and time.monotonic() >= deadline:
                    break
                time.sleep(_POLL)

    def cancel(self, run_dir: Path) -> RunSummary:
        """Ask the run to stop.

        Raises:
            ConfigurationError: it has already ended, cannot be read, or is another tool's.
        """
        refuse_foreign(self.context.workspace, run_dir)
        reconcile_run(run_dir)
        try:
            request_cancel(run_dir)
        except UnreadableFile as error:
            raise ConfigurationError(str(error), hint="restore the file, or delete the run") from error
        return self.summary(run_dir)


def checkpoint_dict(run_dir: Path, checkpoint: RankedCheckpoint, run_id: str | None = None) -> Json:
    """One object of `checkpoints list`; ``run_id`` where it is not the folder's name."""
    info = checkpoint.info
    complete = checkpoint.score.value is not None or _is_whole(run_dir, info.path)
    return {
        "run_id": run_id or run_dir.name,
        "step": info.step,
        "path": str(info.path),
        "is_final": info.is_final,
        "is_best": checkpoint.is_best,
        "score": checkpoint.score.value,
        "score_parts": dict(checkpoint.score.parts),
        "metrics": {k: finite_or_none(v) for k, v in info.metrics.items()},
        "complete": complete,
        "pinned": checkpoint.pinned,
        "bytes": checkpoint_bytes(run_dir, info.path),
    }


def _state_stamp(run_dir: Path) -> int | None:
    try:
        return RunPaths(run_dir).state.stat().st_mtime_ns
    except OSError:
        return None


def _is_whole(run_dir: Path, path: Path) -> bool:
    from tuner.discovery.checkpoints import is_whole

    return is_whole(run_dir, path)
