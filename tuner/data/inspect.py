"""A dataset looked through: format, rows, each row that a trainer could not use, by line, and what is said twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tuner.core.enums import DatasetFormat, Objective
from tuner.data.call_remarks import remark_calls
from tuner.data.dataset_files import file_sha256, identity
from tuner.data.formats import USABLE, BadRecord, convert, detect
from tuner.data.records import Line, Record, read_lines
from tuner.data.report import LISTED, DatasetReport, Problem
from tuner.data.seen_rows import SeenRows, content_key, prompt_key
from tuner.data.split import held_out

__all__ = [
    "LISTED",
    "DatasetReport",
    "Known",
    "Problem",
    "Progress",
    "file_sha256",
    "inspect_dataset",
    "numbered_rows",
    "usable_rows",
]

Progress = Callable[[int, float | None], None]
"""Told every few hundred rows: rows so far, and the share of the bytes that is read (None where nobody knows)."""

_EVERY = 512


@dataclass(slots=True)
class Known:
    """The contents and prompts of the training rows, against which validation rows are held."""

    contents: SeenRows = field(default_factory=SeenRows)
    prompts: SeenRows = field(default_factory=SeenRows)


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


def inspect_dataset(
    path: Path,
    kind: DatasetFormat,
    objective: Objective,
    *,
    learn: Known | None = None,
    against: Known | None = None,
    split: tuple[float, int] | None = None,
    python: str = "",
    progress: Progress | None = None,
    limit: int | None = None,
    consume: Callable[[Iterator[tuple[int, Record]]], None] | None = None,
) -> DatasetReport:
    """Look a dataset through.

    Args:
        learn: takes up the contents and prompts of the rows.
        against: those of the training rows; rows that are among them are remarked as LEAKED or SAME_PROMPT.
        split: fraction and seed; the rows that would be held out are counted.
        limit: look at the first so many usable rows only; where there are more, the report is ``sampled``.
        consume: takes the usable rows with their lines, for more to be done in the same reading.

    Raises:
        DatasetUnreadable: the dataset as a whole cannot be read.
    """
    there = identity(path)
    report = DatasetReport(path, bytes=there.bytes, mtime=there.mtime)
    rows = _looked_at(
        numbered_rows(path, kind, objective, report, python=python, progress=progress),
        report,
        learn,
        against,
        split,
        limit,
    )
    if consume is not None:
        consume(rows)
    for _ in rows:
        pass
    return report


def _looked_at(
    rows: Iterator[tuple[int, Record]],
    report: DatasetReport,
    learn: Known | None,
    against: Known | None,
    split: tuple[float, int] | None,
    limit: int | None,
) -> Iterator[tuple[int, Record]]:
    seen = learn.contents if learn is not None else SeenRows()
    report.held_out_rows = 0 if split is not None else None
    for number, row in rows:
        if limit is not None and report.rows > limit:
            report.rows -= 1
            report.sampled = True
            break
        key = content_key(row)
        if seen.full and report.compared_rows is None:
            report.compared_rows = report.rows - 1
        if seen.add(key):
            report.remark(number, "DUPLICATE", "the same row stands above")
        if learn is not None:
            learn.prompts.add(prompt_key(row))
        if against is not None:
            if key in against.contents:
                report.remark(number, "LEAKED", "the same row is among the training rows")
            elif "prompt" in row and prompt_key(row) in against.prompts:
                report.remark(number, "SAME_PROMPT", "a training row has the same prompt and another answer")
        if split is not None and report.held_out_rows is not None:
            report.held_out_rows += held_out(row, *split)
        remark_calls(number, row, report)
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
