"""What the screen asks of the machine around it; tests give fixed answers."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuiapp.screens.reading.around import Machine
    from tuner.machine.gpus import GpuReader
    from tuner.machine.host import HostReader


@dataclass(frozen=True)
class Surroundings:
    """``now`` is seconds since the epoch, ``clock`` the time of day as shown, ``disk_free`` bytes (None: unknown)."""

    place: str
    now: Callable[[], float]
    clock: Callable[[], str]
    disk_free: Callable[[], int | None]
    in_tmux: bool = False
    machine: Callable[[], Machine | None] = lambda: None
    """How busy the machine is; None where nobody can tell."""

    @classmethod
    def of(cls, root: Path) -> Surroundings:
        """The real ones."""
        return cls(
            place=f"{_user()}@{socket.gethostname().partition('.')[0]}:{_short(root)}",
            now=time.time,
            clock=lambda: time.strftime("%H:%M"),
            disk_free=lambda: _free(root),
            in_tmux=bool(os.environ.get("TMUX")),
            machine=_Busy().read,
        )


class _Busy:
    """Reads the real machine. What it takes for that (psutil, NVML) is loaded with the first look."""

    def __init__(self) -> None:
        self._host: HostReader | None = None
        self._gpus: GpuReader | None = None

    def read(self) -> Machine:
        from tuiapp.screens.reading.around import Machine
        from tuner.machine.gpus import GpuReader
        from tuner.machine.host import HostReader

        self._host, self._gpus = self._host or HostReader(), self._gpus or GpuReader()
        return Machine(self._host.read(), self._gpus.read())


def _user() -> str:
    named = os.environ.get("USER") or os.environ.get("LOGNAME")
    if named:
        return named
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user that no list knows
        return str(os.getuid())


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) and path != home else str(path)


def _free(root: Path) -> int | None:
    try:
        stat = os.statvfs(root)
    except OSError:
        return None
    return stat.f_bavail * stat.f_frsize
