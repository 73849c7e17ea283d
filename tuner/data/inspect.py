"""A dataset looked through: its rows, those that stand twice or on both sides, and what a split would hold out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tuner.core.enums import DatasetFormat, Objective
from tuner.data.call_remarks import remark_calls
from tuner.data.dataset_files import identity
from tuner.data.line import Record
from tuner.data.report import DatasetReport
from tuner.data.seen_rows import SeenRows, content_key, prompt_key
from tuner.data.split import held_out
from tuner.data.usable_rows import Progress, numbered_rows


@dataclass(slots=True)
class Known:
    """The contents and prompts of the training rows, against which validation rows are held."""

    contents: SeenRows = field(default_factory=SeenRows)
    prompts: SeenRows = field(default_factory=SeenRows)


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
