"""The git commit of a folder, as a run writes it down."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_PATIENCE = 3.0
"""Seconds; a repository that takes longer is not waited for."""
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def git_commit(folder: Path) -> dict[str, object] | None:
    """The commit that is checked out at a folder, its branch, and whether tracked files differ from it.

    None where the folder is in no repository, has no commit yet, or git is not installed. ``branch`` is None on a
    detached head; ``dirty`` is None where finding out takes too long.
    """
    commit = _git(folder, "rev-parse", "--verify", "HEAD")
    if not commit:
        return None
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    branch = _git(folder, "symbolic-ref", "--short", "-q", "HEAD")
    return {"commit": commit, "branch": branch or None, "dirty": None if changes is None else bool(changes)}


def _git(folder: Path, *words: str) -> str | None:
    # The monitor and the hooks that a repository's settings may name are not started: it may be somebody else's.
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", str(folder), *words]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            stdin=subprocess.DEVNULL,
            env={**kept, **_ENVIRONMENT},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
