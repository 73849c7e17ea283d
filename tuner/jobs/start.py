"""Starting a queued run's supervisor, detached from whoever asks."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from tuner.core.errors import BackendError
from tuner.runs.layout import RunPaths


def start_supervisor(run_dir: Path) -> int:
    """Start the supervisor in a session of its own; it survives the terminal. Returns its process id.

    Raises:
        BackendError: no process could be started.
    """
    argv = [sys.executable, "-P", "-m", "tuner.jobs.supervisor", str(run_dir)]
    try:
        with RunPaths(run_dir).console.open("ab") as log:
            process = subprocess.Popen(
                argv,
                cwd=run_dir,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=dict(os.environ),
            )
    except OSError as error:
        raise BackendError(
            f"the supervisor of {run_dir.name} could not be started: {error}", hint="check memory and process limits"
        ) from error
    # Reaps the process when it ends while we live; when we end first, init does.
    threading.Thread(target=process.wait, daemon=True, name=f"reap-{process.pid}").start()
    return process.pid
