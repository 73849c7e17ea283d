"""Telling processes apart across hosts, reboots and reused process ids."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path

import psutil

from tuner.runs.state_file import ProcessIdentity

_SAME_START = 1.0
"""Seconds by which two readings of one process's start may differ (clock adjustments)."""


@cache
def host_name() -> str:
    return socket.gethostname()


@cache
def boot_id() -> str:
    """A value that changes with each boot of this machine."""
    linux = Path("/proc/sys/kernel/random/boot_id")
    if linux.exists():
        return linux.read_text().strip()
    if sys.platform == "darwin":
        found = subprocess.run(
            ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, text=True, check=False
        )
        if found.returncode == 0:
            return found.stdout.strip()
    return str(int(psutil.boot_time()))


def identify(pid: int | None = None) -> ProcessIdentity:
    """This process, or another one that lives.

    Raises:
        psutil.NoSuchProcess: it does not live.
    """
    process = psutil.Process(pid or os.getpid())
    return ProcessIdentity(process.pid, process.create_time())


def is_alive(identity: ProcessIdentity | None) -> bool:
    """Whether that very process still lives on this host (a zombie does not)."""
    if identity is None:
        return False
    try:
        process = psutil.Process(identity.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return abs(process.create_time() - identity.started) <= _SAME_START
    except psutil.NoSuchProcess:
        return False
