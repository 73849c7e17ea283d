"""The rows of a dataset that a trainer can use, and why the others cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tuner.core.enums import DatasetFormat, Objective
from tuner.data.bad_record import BadRecord
from tuner.data.formats import USABLE, convert, detect
from tuner.data.line import Line, Record
from tuner.data.records import read_lines
from tuner.data.report import DatasetReport

Progress = Callable[[int, float | None], None]
"""Told every few hundred rows: rows so far, and the share of the bytes that is read (None where nobody knows)."""

_EVERY = 512


def usable_rows(
    path: Path, kind: DatasetFormat, objective: Objective, report: DatasetReport, *, python: str = ""
) -> Iterator[Record]:
    """The rows in the trainers' shape; what cannot be used is noted in the report and left out.

    With ``auto`` the first usable row decides the format, and rows of another one are problems; pretraining takes a
    mixture. ``python``: another interpreter for datasets of the Hub, where this one lacks the package ``datasets``.

    Raises:
        DatasetUnreadable: the dataset as a whole cannot be read.
    """
    for _, row in numbered_rows(path, kind, objective, report, python=python):
        yield row


def numbered_rows(
    path: Path,
    kind: DatasetFormat,
    objective: Objective | None,
    report: DatasetReport,
    *,
    python: str = "",
    progress: Progress | None = None,
) -> Iterator[tuple[int, Record]]:
    """``usable_rows`` with the line of each. Without an objective, rows of all formats can be used, mixed ones too.

    Raises:
        DatasetUnreadable: the dataset as a whole cannot be read.
    """
    report.format = None if kind is DatasetFormat.AUTO else kind
    mixed = objective in {Objective.PRETRAIN, None}
    decided: DatasetFormat | None = report.format
    for count, line in enumerate(read_lines(path, python)):
        if progress is not None and not count % _EVERY:
            progress(count, min(1.0, line.at / report.bytes) if report.bytes else None)
        number, record, problem, *_ = line
        if record is None:
            _note(report, line, "NOT_A_RECORD", problem)
            continue
        found = detect(record)
        wanted = decided or found
        if wanted is None:
            _note(report, line, "UNKNOWN_FORMAT", f"keys {_keys(record)} fit no known format")
        elif objective is not None and wanted not in USABLE[objective]:
            _note(report, line, "WRONG_FORMAT", _for_another(objective, wanted))
        elif not mixed and found is not None and found is not wanted:
            _note(report, line, "MIXED_FORMAT", f"is {found.value}, the rows before {wanted.value}")
        else:
            try:
                row = convert(record, found or wanted)
            except BadRecord as error:
                _note(report, line, error.code, error.message)
                continue
            if not mixed:
                decided = wanted
            report.format = report.format or wanted
            report.rows += 1
            report.formats[(found or wanted).value] += 1
            label = row.get("label")
            if isinstance(label, bool):
                report.labels[label] += 1
            yield number, row


def _for_another(objective: Objective, kind: DatasetFormat) -> str:
    fitting = " and ".join(o.value for o, kinds in USABLE.items() if kind in kinds)
    return f"{objective.value} cannot use {kind.value} rows; {fitting} can"


def _note(report: DatasetReport, line: Line, code: str, message: str) -> None:
    report.note(line.number, code, f"{line.file}: {message}" if line.file else message)


def _keys(record: Record) -> str:
    names = [str(key) for key in record]
    shown = ", ".join(names[:12])
    return f"{shown}, …" if len(names) > 12 else shown or "(none)"
