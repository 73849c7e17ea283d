"""The rows of a job's datasets, as the trainers take them, split and counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter, say
from tuner.core.enums import DatasetFormat, Objective
from tuner.core.errors import ErrorCode, FailureClass, TunerError
from tuner.core.states import Phase
from tuner.data.dataset_files import exists
from tuner.data.records import DatasetUnreadable
from tuner.data.report import DatasetReport
from tuner.data.split import METHOD, rows_sha256, split_rows
from tuner.data.usable_rows import usable_rows

Row = dict[str, Any]


@dataclass
class Rows:
    """Training and validation rows; what a file held that could not be used was counted and told."""

    training: list[Row]
    validation: list[Row]


def load_rows(payload: Payload, reporter: Reporter, objective: Objective) -> Rows:
    """Read the payload's datasets.

    Raises:
        TunerError: a file is missing or unreadable, or nothing in it can be used.
    """
    reporter.phase(Phase.TOKENIZING, "reading the dataset")
    spec = payload.dataset
    training, report = _read(Path(spec["training"]), DatasetFormat(spec["format"]), objective)
    if spec.get("validation"):
        validation, other = _read(Path(spec["validation"]), DatasetFormat(spec["format"]), objective)
        _tell(reporter, other)
        split = {"validation": str(other.path), "validation_fraction": None}
    else:
        fraction = float(spec.get("validation_fraction") or 0.0)
        training, validation = split_rows(training, fraction, payload.seed)
        split = {"validation": None, "validation_fraction": fraction, "by": METHOD}
    _tell(reporter, report)
    if not training:
        raise TunerError(
            f"{report.path}: no row is left to train on",
            code=ErrorCode.DATA_INVALID,
            failure_class=FailureClass.USER,
            hint="lower datasets.validation_fraction or add rows",
        )
    say(f"{len(training)} training rows, {len(validation)} validation rows from {report.path.name}")
    reporter.manifest(
        {
            "dataset": {
                "format": report.format.value if report.format else None,
                "rows": len(training),
                "validation_rows": len(validation),
                "skipped_rows": report.problem_count,
                "split": {
                    **split,
                    "seed": payload.seed,
                    "training_rows_sha256": rows_sha256(training),
                    "validation_rows_sha256": rows_sha256(validation),
                },
            }
        }
    )
    return Rows(training, validation)


def _read(path: Path, kind: DatasetFormat, objective: Objective) -> tuple[list[Row], DatasetReport]:
    report = DatasetReport(path)
    try:
        rows = list(usable_rows(path, kind, objective, report))
    except DatasetUnreadable as error:
        code = ErrorCode.DATA_INVALID if exists(path) else ErrorCode.DATA_NOT_FOUND
        raise TunerError(str(error), code=code, failure_class=FailureClass.USER) from error
    return rows, report


def _tell(reporter: Reporter, report: DatasetReport) -> None:
    if report.problem_count:
        reasons = ", ".join(f"{n} {code}" for code, n in report.by_code.most_common())
        lines = ", ".join(str(p.line) for p in report.problems)
        text = f"{report.path.name}: {report.problem_count} rows cannot be used ({reasons}); lines {lines}"
        reporter.warn(text, {"by_code": dict(report.by_code)})
