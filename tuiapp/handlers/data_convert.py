"""Writing a dataset in another format."""

from __future__ import annotations

from pathlib import Path

from tuiapp.handlers.context import Context
from tuiapp.handlers.data import find_file
from tuner.config.workspace import cannot_write, expanded
from tuner.core.enums import DatasetFormat, Objective
from tuner.core.errors import ValidationError
from tuner.data.conversion import ConversionReport, convert_file
from tuner.data.records import DatasetUnreadable
from tuner.data.usable_rows import Progress


def convert_dataset(
    context: Context,
    name: str,
    target: str,
    to: str,
    *,
    objective: str | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> ConversionReport:
    """Write the usable rows of a dataset as ``to``; relative targets mean the current folder.

    Args:
        objective: take only rows that it can use; None takes rows of every format.
        progress: told rows and the share of the bytes that is read, now and then; may raise, to end it.

    Raises:
        DiscoveryError: there is no such dataset (code DATA_NOT_FOUND).
        ConfigurationError: the target is taken (and not ``force``), cannot be written, or has another suffix.
        ValidationError: the dataset cannot be read, or no row of it can be written so.
        BackendError: Parquet without pyarrow.
    """
    source = find_file(context, name)
    path = Path(expanded(target))
    python = context.settings.python_path(context.default_backend())
    aim = Objective(objective) if objective is not None else None
    try:
        return convert_file(source, path, DatasetFormat(to), aim, force=force, python=python, progress=progress)
    except DatasetUnreadable as error:
        raise ValidationError(str(error), hint="tuner data inspect looks it through") from error
    except OSError as error:
        raise cannot_write(path, error) from error
