"""Deleted runs, which can be brought back for a week: .tuner/trash/<run id>."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import time
from pathlib import Path

from tuner.config.workspace import Workspace, cannot_write
from tuner.core.errors import ConfigurationError, DiscoveryError
from tuner.core.states import LIVE_STATES
from tuner.jobs.identity import host_name
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RUN_ID
from tuner.runs.lock import run_lock
from tuner.runs.state_file import read_state

KEPT_DAYS = 7
"""Days after which a deleted run is removed for good, by the next one who deletes or opens the screen."""

_LEFT = ".deleted-"
"""How the names of runs begin that are just being removed for good."""
_REMOVING = 3600.0
"""Seconds after which nobody removes a run any more whose folder did not change meanwhile."""

log = logging.getLogger(__name__)


def discard(run_dir: Path, workspace: Workspace, *, now: bool = False) -> None:
    """Delete a run that has ended: it vanishes at once and can be restored for ``KEPT_DAYS``.

    Args:
        now: remove it for good, which frees its space.

    Raises:
        ConfigurationError: the run is live (here or on another host), is another tool's, or cannot be moved: onto
            another disk, for example.
    """
    if run_dir.parent != workspace.runs or not RUN_ID.fullmatch(run_dir.name):
        raise ConfigurationError(
            f"{run_dir} is another tool's and is never changed", hint="remove the folder yourself, or archive the run"
        )
    place = run_dir.with_name(f"{_LEFT}{run_dir.name}-{os.getpid()}") if now else _place(run_dir, workspace)
    try:
        with run_lock(run_dir):  # nobody starts it meanwhile
            _refuse_live(run_dir)
            os.utime(run_dir)  # when it was deleted
            run_dir.rename(place)
        if now:
            _remove(place)
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise ConfigurationError(
                f"{run_dir.name} lies on another disk than {place.parent}, so it could not be brought back",
                hint=f"delete it for good: tuner runs delete {run_dir.name} --now",
            ) from error
        raise cannot_write(run_dir, error) from error
    purge(workspace)


def restore(run_id: str, workspace: Workspace) -> Path:
    """Bring a deleted run back. ``run_id`` may be the beginning or the end of the id.

    Returns:
        The run directory.

    Raises:
        DiscoveryError: no deleted run, or more than one, is called so (RUN_NOT_FOUND).
        ConfigurationError: its place is taken, or cannot be written.
    """
    there = trashed(workspace)
    found = [p for p in there if p.name == run_id] or [
        p for p in there if run_id and (p.name.startswith(run_id) or p.name.endswith(f"-{run_id}"))
    ]
    if len(found) != 1:
        what = f"{run_id!r} fits {len(found)} deleted runs" if found else f"no deleted run is called {run_id!r}"
        listed = ", ".join(p.name for p in (found or there)[:5])
        raise DiscoveryError(what, hint=f"there are {listed}" if listed else f"they are kept for {KEPT_DAYS} days")
    run_dir = workspace.make_folder(workspace.runs) / found[0].name
    if run_dir.exists():
        raise ConfigurationError(f"{run_dir} exists", hint="rename or delete that run first")
    try:
        found[0].rename(run_dir)
    except OSError as error:
        raise cannot_write(run_dir, error) from error
    return run_dir


def trashed(workspace: Workspace) -> list[Path]:
    """The deleted runs that can be restored, the last deleted first."""
    try:
        found = [p for p in _trash(workspace).iterdir() if RUN_ID.fullmatch(p.name)]
    except OSError:
        return []
    return sorted(found, key=lambda p: (_deleted_at(p), p), reverse=True)


def purge(workspace: Workspace, *, older_than: float = KEPT_DAYS * 86400.0) -> int:
    """Remove for good what was deleted longer ago than so many seconds, and what an interrupted removal left.

    Returns:
        How many were removed.
    """
    removed, now = 0, time.time()
    old = [p for p in trashed(workspace) if now - _deleted_at(p) > older_than]
    left = [p for p in workspace.runs.glob(f"{_LEFT}*") if now - _deleted_at(p) > _REMOVING]
    for path in [*old, *left]:
        try:
            _remove(path)
            removed += 1
        except OSError as error:  # another one was first, or may do what we may not
            log.warning("the deleted run %s cannot be removed: %s", path, error.strerror or error)
    return removed


def _place(run_dir: Path, workspace: Workspace) -> Path:
    place = workspace.make_folder(_trash(workspace)) / run_dir.name
    if place.exists():
        raise ConfigurationError(
            f"a run {run_dir.name} was deleted before",
            hint=f"delete it for good: tuner runs delete {run_dir.name} --now",
        )
    return place


def _trash(workspace: Workspace) -> Path:
    return workspace.hidden / "trash"


def _deleted_at(path: Path) -> float:
    """When a run was deleted, in seconds since the epoch; what went just then counts as new."""
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()


def _remove(path: Path) -> None:
    if path.is_symlink():
        path.unlink()
    else:
        shutil.rmtree(path)


def _refuse_live(run_dir: Path) -> None:
    try:
        state = read_state(run_dir)
    except UnreadableFile:
        return  # a broken run may be deleted
    if state.state in LIVE_STATES:
        where = f" on {state.host}" if state.host and state.host != host_name() else ""
        raise ConfigurationError(
            f"{run_dir.name} is {state.state.value}{where}", hint=f"stop it first: tuner runs cancel {run_dir.name}"
        )
