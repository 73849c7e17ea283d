"""control.json: a request to the supervisor and the trainer, read at each step (standard library only)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from tuner.runs.atomic import write_json
from tuner.runs.json_file import UnreadableFile, read_object_or_none
from tuner.runs.layout import RunPaths, utc_now

STOPPED_EXIT_CODE = 10
"""A trainer exits with it when it stopped on request, after saving."""


class Request(StrEnum):
    CANCEL = "cancel"
    PAUSE = "pause"


def write_request(run_dir: Path, request: Request) -> None:
    """Ask the run to stop at the next step and save."""
    write_json(RunPaths(run_dir).control, {"request": request.value, "ts": utc_now()})


def read_request(run_dir: Path) -> Request | None:
    """What has been asked, if anything."""
    try:
        values = read_object_or_none(RunPaths(run_dir).control)
    except UnreadableFile:
        return None  # a foreign or torn file asks for nothing; requests are written whole
    try:
        return Request(str(values["request"])) if values and "request" in values else None
    except ValueError:
        return None


def clear_request(run_dir: Path) -> None:
    """Forget the request, before a new attempt."""
    RunPaths(run_dir).control.unlink(missing_ok=True)
