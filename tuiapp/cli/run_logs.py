"""A run's log on stdout, as inert text, with or without following."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

from tuiapp.cli.output import print_line, tell
from tuiapp.handlers.runs import RunsHandler
from tuner.runs.layout import RunPaths
from tuner.runs.text_tail import inert_line

_POLL = 0.2


def log_lines(handler: RunsHandler, run_dir: Path, tail: int | None) -> list[str]:
    """The log's lines, or its last ``tail`` ones."""
    lines = (inert_line(raw) for raw in handler.log_lines(run_dir))
    return list(deque(lines, maxlen=tail) if tail is not None else lines)


def follow_log(handler: RunsHandler, run_dir: Path, tail: int | None, *, follow: bool) -> int:
    """Print the log; with ``follow`` until the run has ended."""
    path = RunPaths(run_dir).console
    offset = path.stat().st_size if path.exists() else 0
    lines = log_lines(handler, run_dir, tail)
    for line in lines:
        print_line(line)
    if not lines and not follow:
        tell(f"{run_dir.name} has written nothing yet")
    rest = b""
    while follow:
        live = handler.summary(run_dir).is_live
        if path.exists():
            with path.open("rb") as file:
                file.seek(offset)
                data = file.read()
            offset += len(data)
            *whole, rest = (rest + data).split(b"\n")
            for raw in whole:
                print_line(inert_line(raw))
        if not live:
            break
        time.sleep(_POLL)
    return 0
