"""RUN and RUN[@STEP|@best|@final] as a person writes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tuner.config.workspace import Workspace
from tuner.core.errors import DiscoveryError, ErrorCode
from tuner.core.views import CheckpointInfo
from tuner.discovery.checkpoints import find_checkpoints
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RUN_ID
from tuner.runs.manifest_file import read_manifest
from tuner.runs.metric_reader import read_history
from tuner.runs.ranking import Score, best_index, rank, why_best


@dataclass(frozen=True, slots=True)
class RankedCheckpoint:
    """A whole checkpoint with its score; exactly one of a run is best, where any has a score."""

    info: CheckpointInfo
    score: Score
    is_best: bool
    why: str = ""


def run_folders(workspace: Workspace) -> list[Path]:
    """The run directories of a workspace, newest first."""
    if not workspace.runs.is_dir():
        return []
    return sorted((p for p in workspace.runs.iterdir() if RUN_ID.fullmatch(p.name)), key=lambda p: p.name, reverse=True)


def find_run(workspace: Workspace, reference: str) -> Path:
    """The run of that id, of that name (the newest), or whose id begins or ends so.

    Raises:
        DiscoveryError: there is none (RUN_NOT_FOUND), or several begin or end so.
    """
    folders = run_folders(workspace)
    exact = next((p for p in folders if p.name == reference), None)
    if exact is not None:
        return exact
    named = next((p for p in folders if _name(p) == reference), None)
    if named is not None:
        return named
    found = [p for p in folders if reference and (p.name.startswith(reference) or p.name.endswith(f"-{reference}"))]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(p.name for p in found[:5])
        raise DiscoveryError(f"{reference!r} fits {len(found)} runs: {listed}", hint="write more of the id")
    raise DiscoveryError(f"there is no run {reference!r} in {workspace.runs}", hint="see `tuner runs list`")


def ranked_checkpoints(run_dir: Path, by: str | None = None, *, torn: bool = False) -> list[RankedCheckpoint]:
    """The checkpoints of a run with scores, final_model first, then by step.

    Args:
        by: rank by this metric instead of the product's own order of criteria.
        torn: also list half-written ones; they are never scored.
    """
    history = read_history(run_dir)
    whole = find_checkpoints(run_dir, history=history)
    scores = rank(whole, history, objective_of(run_dir), by)
    best = best_index(whole, scores)
    why = why_best(whole, scores, best) if best is not None else ""
    ranked = [
        RankedCheckpoint(info, score, i == best, why if i == best else "")
        for i, (info, score) in enumerate(zip(whole, scores, strict=True))
    ]
    if torn:
        known = {c.info.path for c in ranked}
        rest = [c for c in find_checkpoints(run_dir, include_torn=True, history=history) if c.path not in known]
        ranked += [RankedCheckpoint(c, Score(None), False) for c in rest]
        ranked.sort(key=lambda c: c.info.step)
    return ranked


def objective_of(run_dir: Path) -> str | None:
    """The run's objective, where its manifest names one."""
    try:
        value = read_manifest(run_dir).get("objective")
    except UnreadableFile:
        return None
    return str(value) if value else None


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


def _name(run_dir: Path) -> str | None:
    try:
        value = read_manifest(run_dir).get("name")
    except UnreadableFile:
        return None
    return value if isinstance(value, str) else None
