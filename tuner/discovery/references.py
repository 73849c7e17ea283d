"""RUN and RUN[@STEP|@best|@final] as a person writes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tuner.config.sources import sources_of
from tuner.config.workspace import Workspace
from tuner.core.errors import DiscoveryError, ErrorCode
from tuner.core.views import CheckpointInfo
from tuner.discovery.checkpoints import find_checkpoints
from tuner.discovery.foreign_facts import foreign_facts
from tuner.discovery.foreign_layouts import source_of
from tuner.discovery.foreign_summary import objective_by_metrics
from tuner.discovery.run_folders import RunFolder, our_folders, run_folders_in
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RUN_ID, RunPaths
from tuner.runs.manifest_file import pinned_checkpoints, read_manifest
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_reader import read_history
from tuner.runs.ranking import Score, best_index, rank, why_best


@dataclass(frozen=True, slots=True)
class RankedCheckpoint:
    """A whole checkpoint with its score; exactly one of a run is best, where any has a score."""

    info: CheckpointInfo
    score: Score
    is_best: bool
    why: str = ""
    pinned: bool = False


def run_folders(workspace: Workspace) -> list[Path]:
    """Our run directories in a workspace, newest first."""
    return [folder.path for folder in our_folders(workspace)]


def find_run(workspace: Workspace, reference: str) -> Path:
    """Where the run lies that ``find_folder`` finds."""
    return find_folder(workspace, reference).path


def find_folder(workspace: Workspace, reference: str) -> RunFolder:
    """The run of that id, of that name (ours first, the newest), at that path, or whose id begins or ends so.

    Raises:
        DiscoveryError: there is none (RUN_NOT_FOUND), or several begin or end so.
    """
    ours = our_folders(workspace)
    named = _exact(ours, reference)  # other tools' runs are looked for only where none of ours is meant
    if named is not None:
        return named
    folders = run_folders_in(workspace, sources_of(workspace))
    others = folders[len(ours) :]
    exact = _exact(others, reference) or _at_path(folders, workspace, reference)
    if exact is not None:
        return exact
    found = [f for f in folders if reference and (f.id.startswith(reference) or f.id.endswith(f"-{reference}"))]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f.id for f in found[:5])
        raise DiscoveryError(f"{reference!r} fits {len(found)} runs: {listed}", hint="write more of the id")
    raise DiscoveryError(f"there is no run {reference!r} in {workspace.root}", hint="see `tuner runs list`")


def folder_at(workspace: Workspace, path: Path) -> RunFolder:
    """The run at a path, with its id and maker; as one of ours where nobody else's is known there."""
    if path.parent == workspace.runs and RUN_ID.fullmatch(path.name):
        return RunFolder(path.name, path)
    known = (f for f in run_folders_in(workspace, sources_of(workspace)) if f.path == path)
    return next(known, RunFolder(path.name, path))


def _exact(folders: list[RunFolder], reference: str) -> RunFolder | None:
    by_id = next((f for f in folders if f.id == reference), None)
    return by_id or next((f for f in folders if _name(f) == reference), None)


def _at_path(folders: list[RunFolder], workspace: Workspace, reference: str) -> RunFolder | None:
    places = {workspace.resolve(reference), Path(reference).absolute()} if reference else set()
    return next((f for f in folders if f.path in places), None)


def ranked_checkpoints(run_dir: Path, by: str | None = None, *, torn: bool = False) -> list[RankedCheckpoint]:
    """The checkpoints of a run with scores, final_model first, then by step.

    Args:
        by: rank by this metric instead of the product's own order of criteria.
        torn: also list half-written ones; they are never scored.
    """
    history = read_history(run_dir)
    whole = find_checkpoints(run_dir, history=history)
    scores = rank(whole, history, objective_of(run_dir, history), by)
    best = best_index(whole, scores)
    why = why_best(whole, scores, best) if best is not None else ""
    pinned = _pinned(run_dir)
    ranked = [
        RankedCheckpoint(info, score, i == best, why if i == best else "", info.step in pinned)
        for i, (info, score) in enumerate(zip(whole, scores, strict=True))
    ]
    if torn:
        known = {c.info.path for c in ranked}
        rest = [c for c in find_checkpoints(run_dir, include_torn=True, history=history) if c.path not in known]
        ranked += [RankedCheckpoint(c, Score(None), False, pinned=c.step in pinned) for c in rest]
        ranked.sort(key=lambda c: c.info.step)
    return ranked


def _pinned(run_dir: Path) -> frozenset[int]:
    try:
        return pinned_checkpoints(read_manifest(run_dir))
    except UnreadableFile:
        return frozenset()  # another tool's run, or one whose checkpoints can still be listed


def objective_of(run_dir: Path, history: MetricHistory | None = None) -> str | None:
    """The run's objective, where its manifest or another tool's files name one, or only that one logs its metrics."""
    if RunPaths(run_dir).manifest.exists():
        try:
            value = read_manifest(run_dir).get("objective")
        except UnreadableFile:
            return None
        return str(value) if value else None
    source = source_of(run_dir)
    if source is None:
        return None
    named = foreign_facts(run_dir, source).objective
    return named or objective_by_metrics(history if history is not None else read_history(run_dir))


def split_reference(reference: str) -> tuple[str, str | None]:
    """RUN@WHICH as (RUN, WHICH); WHICH is None where there is no @."""
    run, at, which = reference.rpartition("@")
    return (run, which) if at else (reference, None)


def find_checkpoint(workspace: Workspace, reference: str, by: str | None = None) -> tuple[Path, RankedCheckpoint]:
    """The run and the checkpoint that RUN[@STEP|@best|@final] names; without @, the best.

    Raises:
        DiscoveryError: no such run (RUN_NOT_FOUND) or no such whole checkpoint (CHECKPOINT_NOT_FOUND).
    """
    name, which = split_reference(reference)
    run_dir = find_run(workspace, name)
    checkpoints = ranked_checkpoints(run_dir, by)
    chosen = _choose(checkpoints, which or "best")
    if chosen is None:
        steps = ", ".join("final" if c.info.is_final else str(c.info.step) for c in checkpoints)
        asked = f"checkpoint {which!r}" if which else "checkpoint with a score"
        raise DiscoveryError(
            f"{run_dir.name} has no whole {asked}",
            code=ErrorCode.CHECKPOINT_NOT_FOUND,
            hint=f"it has {steps}" if steps else "it has no checkpoint yet",
        )
    return run_dir, chosen


def _choose(checkpoints: list[RankedCheckpoint], which: str) -> RankedCheckpoint | None:
    if which == "best":
        return next((c for c in checkpoints if c.is_best), None)
    if which == "final":
        return next((c for c in checkpoints if c.info.is_final), None)
    return next((c for c in checkpoints if str(c.info.step) == which and not c.info.is_final), None)


def _name(folder: RunFolder) -> str | None:
    if not folder.is_ours:
        return folder.given_name
    try:
        value = read_manifest(folder.path).get("name")
    except UnreadableFile:
        return None
    return value if isinstance(value, str) else None
