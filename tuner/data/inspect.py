"""A dataset file looked through: format, rows, and each row that a trainer could not use, by line."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tuner.core.enums import DatasetFormat, Objective
from tuner.data.formats import USABLE, BadRecord, convert, detect
from tuner.data.records import DatasetUnreadable, Record, read_lines

LISTED = 20
"""Problems kept one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be used."""

    line: int
    code: str
    message: str


@dataclass(slots=True)
class DatasetReport:
    """What a file holds. ``rows`` counts the usable ones; ``problem_count`` all others."""

    path: Path
    format: DatasetFormat | None = None
    rows: int = 0
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)
    by_code: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    mtime: float = 0.0

    def note(self, line: int, code: str, message: str) -> None:
        self.problem_count += 1
        self.by_code[code] += 1
        if len(self.problems) < LISTED:
            self.problems.append(Problem(line, code, message))


def usable_rows(path: Path, kind: DatasetFormat, objective: Objective, report: DatasetReport) -> Iterator[Record]:
    """The rows in the trainers' shape; what cannot be used is noted in the report and left out.

    With ``auto`` the first usable row decides the format, and rows of another one are problems.

    Raises:
        DatasetUnreadable: the file as a whole cannot be read.
    """
    for _, row in numbered_rows(path, kind, objective, report):
        yield row


def numbered_rows(
    path: Path, kind: DatasetFormat, objective: Objective, report: DatasetReport
) -> Iterator[tuple[int, Record]]:
    """``usable_rows``, each with its line."""
    report.format = None if kind is DatasetFormat.AUTO else kind
    for line in read_lines(path):
        if line.record is None:
            report.note(line.number, "NOT_A_RECORD", line.problem)
            continue
        found = detect(line.record)
        wanted = report.format or found
        if wanted is None:
            report.note(line.number, "UNKNOWN_FORMAT", f"keys {', '.join(line.record) or '(none)'} fit no known format")
            continue
        if wanted not in USABLE[objective]:
            report.note(line.number, "WRONG_FORMAT", f"{objective.value} cannot use {wanted.value} rows")
            continue
        if objective is not Objective.PRETRAIN and found not in (wanted, None):
            what = found.value if found else "unknown"
            report.note(line.number, "MIXED_FORMAT", f"is {what}, the rows before {wanted.value}")
            continue
        try:
            row = convert(line.record, found or wanted, objective)
        except BadRecord as error:
            report.note(line.number, error.code, error.message)
            continue
        report.format = report.format if objective is Objective.PRETRAIN else wanted
        report.rows += 1
        yield line.number, row


def inspect_dataset(path: Path, kind: DatasetFormat, objective: Objective) -> DatasetReport:
    """Look a file through.

    Raises:
        DatasetUnreadable: the file as a whole cannot be read.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise DatasetUnreadable(f"{path}: {error.strerror or error}") from error
    report = DatasetReport(path, bytes=stat.st_size, mtime=stat.st_mtime)
    for _ in usable_rows(path, kind, objective, report):
        pass
    return report


def file_sha256(path: Path) -> str:
    """The file's SHA-256, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
