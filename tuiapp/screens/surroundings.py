"""What the screen asks of the machine around it; tests give fixed answers."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Surroundings:
    """``now`` is seconds since the epoch, ``clock`` the time of day as shown, ``disk_free`` bytes (None: unknown)."""

    place: str
    now: Callable[[], float]
    clock: Callable[[], str]
    disk_free: Callable[[], int | None]
    in_tmux: bool = False

    @classmethod
    def of(cls, root: Path) -> Surroundings:
        """The real ones."""
        return cls(
            place=f"{_user()}@{socket.gethostname().partition('.')[0]}:{_short(root)}",
            now=time.time,
            clock=lambda: time.strftime("%H:%M"),
            disk_free=lambda: _free(root),
            in_tmux=bool(os.environ.get("TMUX")),
        )


def _user() -> str:
    return os.environ.get("USER") or os.environ.get("LOGNAME") or str(os.getuid())


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) and path != home else str(path)


def _free(root: Path) -> int | None:
    try:
        stat = os.statvfs(root)
    except OSError:
        return None
    return stat.f_bavail * stat.f_frsize
