"""`tuner …` as a real process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.subprocesses import ROOT


def environment(measured: bool = False, **more: str) -> dict[str, str]:
    """What a test's commands see: nothing of the user's settings, no network.

    Coverage is not measured unless asked for: to trace all that a trainer imports would double its time.
    """
    hidden = ("TUNER_",) if measured else ("TUNER_", "COVERAGE_PROCESS_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
    fixed = {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "XDG_CONFIG_HOME": "/nonexistent", "OMP_NUM_THREADS": "1"}
    return {**kept, **fixed, **more}


def run_tuner(*words: str | Path, timeout: float = 240, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tuner", *map(str, words)],
        env=environment(**variables),
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def tuner_json(*words: str | Path, expected: int = 0, timeout: float = 240) -> Any:  # the shape is the command's
    """Run a command with --json; its document, once the exit code is as expected."""
    done = run_tuner(*words, "--json", timeout=timeout)
    assert done.returncode == expected, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout)


def _hear_ctrl_c() -> None:
    """Where the tests run in a shell's background, Ctrl-C is ignored, and whoever is started would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start_tuner(*words: str | Path, **variables: str) -> subprocess.Popen[str]:
    """Start one command in a session of its own; the caller waits for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "tuner", *map(str, words)],
        env=environment(measured=True, **variables),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_hear_ctrl_c,
    )
