"""Where the index of a workspace lies: in it, or with the user where the workspace is on another machine's disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from tuner.config.workspace import Workspace

NAME = "index.sqlite"
_MOUNTS = Path("/proc/mounts")
_NETWORK = (
    *("nfs", "cifs", "smb", "fuse", "9p", "afs", "afp", "ncp", "ceph", "gluster", "lustre", "beegfs", "gpfs", "pvfs"),
    *("orangefs", "davfs", "webdav", "virtiofs", "vboxsf", "prl_fs", "drvfs"),
)
"""How the kinds of such file systems begin."""
_LOCAL_FUSE = frozenset({"fuseblk", "fusectl", "fuse.lxcfs", "fuse.ntfs-3g", "fuse.ntfs", "fuse.exfat"})

Mount = tuple[str, str]
"""Where something is mounted, and the kind of its file system."""


def index_place(
    workspace: Workspace, mounts: Iterable[Mount] | None = None, environment: Mapping[str, str] | None = None
) -> Path:
    """The file of the workspace's index; its folder need not exist.

    SQLite's write-ahead log needs memory shared between processes, which file systems over a network do not give: there
    it lies in $XDG_CACHE_HOME/tuner (else ~/.cache/tuner), in a folder named after the workspace's path.

    Args:
        mounts: what is mounted where; None: as the system says.
    """
    if not is_remote(workspace.root, mounts):
        return workspace.hidden / NAME
    variables = os.environ if environment is None else environment
    cache = variables.get("XDG_CACHE_HOME") or ""
    base = Path(cache) if os.path.isabs(cache) else Path(variables.get("HOME") or Path.home()) / ".cache"  # noqa: PTH117
    digest = hashlib.sha256(os.fsencode(workspace.root)).hexdigest()[:16]
    return base / "tuner" / digest / NAME


def is_remote(folder: Path, mounts: Iterable[Mount] | None = None) -> bool:
    """Whether a folder lies on a file system over a network, as far as can be told."""
    real = os.path.realpath(folder)
    best, kind = -1, ""
    for where, kind_there in _system_mounts() if mounts is None else mounts:
        prefix = where.rstrip("/")
        # The last of several mounts at one place is the one that is seen.
        if (real == where or real.startswith(prefix + "/")) and len(prefix) >= best:
            best, kind = len(prefix), kind_there
    return kind.startswith(_NETWORK) and kind not in _LOCAL_FUSE


def _system_mounts() -> list[Mount]:
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:  # no Linux
        import psutil

        return [(p.mountpoint, p.fstype.casefold()) for p in psutil.disk_partitions(all=True)]
    fields = [line.split(" ") for line in lines]
    return [(_unescaped(f[1]), f[2]) for f in fields if len(f) > 2]


def _unescaped(text: str) -> str:
    """/proc/mounts spells spaces, tabs, line ends and backslashes in octal."""
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, char)
    return text
