"""A dataset written in another format, and as another kind of file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tuner.core.enums import DatasetFormat, Objective
from tuner.core.errors import ConfigurationError, ValidationError
from tuner.data.bad_record import BadRecord
from tuner.data.dataset_files import identity
from tuner.data.line import Record
from tuner.data.report import DatasetReport
from tuner.data.reshape import reshape
from tuner.data.row_files import check_suffix, write_records
from tuner.data.usable_rows import Progress, numbered_rows
from tuner.runs.export_file import whole_file


@dataclass(frozen=True, slots=True)
class ConversionReport:
    """What was written. ``report`` tells of the rows that were read, those that were left out among its problems."""

    source: Path
    target: Path
    to: DatasetFormat
    written: int
    bytes: int
    report: DatasetReport


def convert_file(
    source: Path,
    target: Path,
    to: DatasetFormat,
    objective: Objective | None = None,
    *,
    force: bool = False,
    python: str = "",
    progress: Progress | None = None,
) -> ConversionReport:
    """Write a dataset's usable rows in a format; the target's suffix says the kind of file.

    Args:
        objective: take only rows that it can use; None takes rows of every format, mixed ones too.
        force: overwrite the target.
        python: another interpreter for datasets of the Hub, where this one lacks the package ``datasets``.

    Raises:
        DatasetUnreadable: the source as a whole cannot be read.
        ConfigurationError: the target's name is taken, or has a suffix that cannot be written.
        ValidationError: no row could be converted; nothing was written.
        BackendError: Parquet without pyarrow.
        OSError: the target cannot be written.
    """
    if to is DatasetFormat.AUTO:
        raise ConfigurationError("auto is no format to write", hint="name one: --to messages")
    suffix = check_suffix(target)
    there = identity(source)
    report = DatasetReport(source, bytes=there.bytes, mtime=there.mtime)
    count = 0

    def records() -> Iterator[Record]:
        nonlocal count
        for number, row in numbered_rows(
            source, DatasetFormat.AUTO, objective, report, python=python, progress=progress
        ):
            try:
                made = reshape(row, to)
            except BadRecord as error:
                report.rows -= 1
                report.note(number, error.code, error.message)
                continue
            count += len(made)
            yield from made

    with whole_file(target, replace=force) as out:
        write_records(out, records(), to, suffix)
        if not count:
            raise ValidationError(
                f"{source}: no row can be written as {to.value}{_why(report)}",
                hint="tuner data inspect says what the rows are",
            )
    return ConversionReport(source, target, to, count, target.stat().st_size, report)


def _why(report: DatasetReport) -> str:
    first = next(iter(report.problems), None)
    return f" (line {first.line}: {first.message})" if first else " (it has none)"
