"""What a configuration's datasets say against it: rows that cannot be used, that stand twice, or on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from tuner.core.errors import ErrorCode
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration
from tuner.data.dataset_reports import dataset_reports
from tuner.data.report import DatasetReport, Problem

Facts = dict[str, int]

_MANY = 0.5
"""Share of duplicates from which they are a warning: some rows are repeated on purpose, half of them hardly."""

_TOLD = 5


def dataset_issues(job: JobConfiguration, python: str = "") -> tuple[list[Issue], Facts, list[DatasetReport]]:
    """Look the job's datasets through (paths absolute, files there).

    Args:
        python: the interpreter to read datasets of the Hub with, where this one lacks the package ``datasets``.

    Returns:
        Issues, row counts (training_rows, validation_rows; those of a sampled dataset are not known) and the reports,
        training first.
    """
    reports, unreadable = dataset_reports(job, python)
    issues = [_error(f"datasets.{key}", str(error), error.hint) for key, error in unreadable.items()]
    for key, report in reports.items():
        issues += _report_issues(f"datasets.{key}", report)
    facts = {f"{key}_rows": report.rows for key, report in reports.items() if not report.sampled}
    training = reports.get("training")
    if training is not None and training.held_out_rows is not None and "training_rows" in facts:
        facts["validation_rows"] = training.held_out_rows
        facts["training_rows"] -= training.held_out_rows
        if training.rows and not facts["training_rows"]:
            issues.append(_nothing_left(training))
    if facts.get("training_rows", 1) and job.schedule.evaluations and not facts.get("validation_rows", 1):
        issues.append(_no_validation())
    return issues, facts, list(reports.values())


def _report_issues(path: str, report: DatasetReport) -> Iterator[Issue]:
    if not report.rows:
        what = f"{report.path} has no row that can be used{_listed(report.problems, report.problem_count)}"
        yield _error(path, what, "mend the file, or name another")
        return
    if report.problem_count:
        of = report.problem_count + report.rows
        yield Issue(
            path=path,
            severity=Severity.WARNING,
            code="ROWS_SKIPPED",
            message=f"{report.problem_count} of {of} rows cannot be used"
            f"{_listed(report.problems, report.problem_count)}",
            hint="mend those lines, or accept that they are left out (--accept ROWS_SKIPPED)",
        )
    if report.duplicate_rows:
        what = f"{report.duplicate_rows} of {report.rows} rows are copies of rows above them"
        if report.compared_rows is not None:
            what += f" (of the first {report.compared_rows:,}; more are not remembered)"
        yield Issue(
            path=path,
            severity=Severity.WARNING if report.duplicate_rows >= _MANY * report.rows else Severity.INFO,
            code="DUPLICATES",
            message=f"{what}{_lines(report, 'DUPLICATE')}",
            hint="what stands there twice is learned twice; take the copies out, or accept it (--accept DUPLICATES)",
        )
    if report.leaked_rows:
        yield Issue(
            path=path,
            severity=Severity.WARNING,
            code="LEAKAGE",
            message=f"{report.leaked_rows} of {report.rows} rows are training rows too{_lines(report, 'LEAKED')}",
            hint="a validation score on learned rows says nothing; take them out of one side (--accept LEAKAGE)",
        )
    if len(report.labels) == 1:
        (label,) = report.labels
        yield Issue(
            path=path,
            severity=Severity.WARNING,
            code="ONE_LABEL",
            message=f"all {report.rows} rows are labelled {str(label).lower()}; KTO learns from both kinds",
            hint=f"add rows labelled {str(not label).lower()}, or accept it (--accept ONE_LABEL)",
        )
    if report.by_remark["SAME_PROMPT"]:
        count = report.by_remark["SAME_PROMPT"]
        yield _info(
            path,
            "SAME_PROMPTS",
            f"{count} of {report.rows} rows have the prompt of a training row{_lines(report, 'SAME_PROMPT')}",
            "with datasets.validation_fraction instead of a file, a prompt is always on one side",
        )
    if report.by_remark["BROKEN_CALL"]:
        count = report.by_remark["BROKEN_CALL"]
        yield _info(
            path,
            "TOOL_CALLS",
            f"{count} answers hold a tool call that cannot be read{_lines(report, 'BROKEN_CALL')}",
            "the model learns to write it so; mend those lines",
        )


def _lines(report: DatasetReport, code: str) -> str:
    return _listed(report.remarked(code), report.by_remark[code], reasons=False)


def _listed(problems: Iterable[Problem], count: int, *, reasons: bool = True) -> str:
    shown = list(problems)[:_TOLD]
    if not shown:
        return ""
    more = count - len(shown)
    if reasons:
        lines = "; ".join(_reasons(shown))
        return f" ({lines}{f'; and {more} more' if more else ''})"
    word = "line" if count == 1 else "lines"
    return f" ({word} {', '.join(str(p.line) for p in shown)}{f' and {more} more' if more else ''})"


def _reasons(problems: Iterable[Problem]) -> Iterator[str]:
    """What is wrong by line; lines next to each other of which the same is said, together."""
    for message, same in groupby(problems, key=lambda p: p.message):
        lines = [str(p.line) for p in same]
        yield f"{'line' if len(lines) == 1 else 'lines'} {', '.join(lines)}: {message}"


def _nothing_left(report: DatasetReport) -> Issue:
    return _error(
        "datasets.validation_fraction",
        f"all {report.rows} rows of {report.path} would be held out, and none is left to train on",
        "rows of one prompt stay together: add rows, lower the fraction, or name a file as datasets.validation",
    )


def _no_validation() -> Issue:
    return _info(
        "datasets.validation_fraction",
        "NO_VALIDATION",
        "there are no validation rows: nothing will be evaluated",
        "set datasets.validation or datasets.validation_fraction",
    )


def _info(path: str, code: str, message: str, hint: str) -> Issue:
    return Issue(path=path, severity=Severity.INFO, code=code, message=message, hint=hint)


def _error(path: str, message: str, hint: str) -> Issue:
    return Issue(path=path, severity=Severity.ERROR, code=ErrorCode.DATA_INVALID.value, message=message, hint=hint)
