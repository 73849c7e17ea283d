"""Looking a dataset through."""

from __future__ import annotations

from pathlib import Path

from tuiapp.handlers.context import Context
from tuner.core.enums import DatasetFormat, Objective
from tuner.core.errors import DiscoveryError, ErrorCode, ValidationError
from tuner.data.inspect import DatasetReport, inspect_dataset
from tuner.data.records import DatasetUnreadable


def inspect_file(context: Context, name: str, objective: str) -> DatasetReport:
    """Look a file through, named from the current folder or the workspace.

    Raises:
        DiscoveryError: there is no such file (code DATA_NOT_FOUND).
        ValidationError: the file as a whole cannot be read.
    """
    path = next((p for p in (Path(name), context.workspace.resolve(name)) if p.exists()), None)
    if path is None:
        raise DiscoveryError(f"{name}: no such file", code=ErrorCode.DATA_NOT_FOUND, hint="check the path")
    try:
        return inspect_dataset(path, DatasetFormat.AUTO, Objective(objective))
    except DatasetUnreadable as error:
        raise ValidationError(str(error), hint="convert it to JSONL, one object a line") from error
