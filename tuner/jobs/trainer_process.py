"""The trainer as a child of the supervisor: started in its own process group, stopped by rising force."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from tuner.runs.json_file import UnreadableFile, read_object
from tuner.runs.layout import RunPaths

TERM_GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL."""


class TrainerProcess:
    """One attempt's trainer. Its output goes to console.log as the bytes come; its stdin is empty."""

    def __init__(self, run_dir: Path) -> None:
        """Start it.

        Raises:
            OSError: the command cannot be started.
            UnreadableFile: launch.json cannot be read, or names no command.
        """
        path = RunPaths(run_dir).launch
        launch = read_object(path)
        argv = [str(a) for a in _list(launch.get("argv"))]
        if not argv:
            raise UnreadableFile(f"{path}: names no command (argv)")
        with RunPaths(run_dir).console.open("ab") as log:
            self._process = subprocess.Popen(
                argv,
                cwd=str(launch.get("cwd") or run_dir),
                env=environment(launch, os.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._terminated: float | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self, seconds: float) -> int | None:
        """The exit code as subprocess reports it (negative: a signal), None while it runs."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def press(self) -> None:
        """SIGTERM to the group the first time, SIGKILL once the grace is over; call again until it is gone."""
        if self._terminated is None:
            self._terminated = time.monotonic()
            self._signal(signal.SIGTERM)
        elif time.monotonic() - self._terminated > TERM_GRACE:
            self._signal(signal.SIGKILL)

    def sweep(self) -> None:
        """End what the trainer left behind in its group (dataloader workers)."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return  # the group is gone; on macOS a group of zombies answers with EPERM


def environment(launch: Mapping[str, object], inherited: Mapping[str, str]) -> dict[str, str]:
    """The trainer's variables: what launch.json names as passed on, then what it sets."""
    names = {str(n) for n in _list(launch.get("passed_on"))}
    given = launch.get("environment")
    fixed = {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}
    return {**{k: v for k, v in inherited.items() if k in names}, **fixed}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
