"""Python in another process, with our packages alone or with all that is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_python(
    code: str, *, standard_library_only: bool = False, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run code with the repository on the path; ``standard_library_only`` hides everything that pip installed."""
    flags = ["-S", "-s"] if standard_library_only else []
    return subprocess.run(
        [sys.executable, *flags, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def let_go(processes: Sequence[subprocess.Popen[str]]) -> list[str]:
    """Write a line to processes that wait for one, to all before any is waited for; what each then said."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = []
    for process in processes:
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
        said.append(output.strip())
    return said


def start_python(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start code that runs beside the test; the caller waits for it."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
