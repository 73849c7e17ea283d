"""The third layer of validation: the facts of the dataset and the model that a configuration names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tuner.core.enums import Objective
from tuner.core.errors import ErrorCode
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration
from tuner.data.hub_issues import hub_issues, model_folder
from tuner.data.inspect import DatasetReport, inspect_dataset
from tuner.data.records import DatasetUnreadable
from tuner.data.weights import weights_problem

Facts = dict[str, int]


def dataset_issues(job: JobConfiguration) -> tuple[list[Issue], Facts, list[DatasetReport]]:
    """Look the job's datasets through (paths absolute, files there).

    Returns:
        Issues, row counts (training_rows, validation_rows) and the reports, training first.
    """
    issues: list[Issue] = []
    reports: list[DatasetReport] = []
    facts: Facts = {}
    for key in ("training", "validation"):
        value = getattr(job.datasets, key)
        if value is None or not Path(value).is_file():
            continue
        try:
            report = inspect_dataset(Path(value), job.datasets.format, job.objective)
        except DatasetUnreadable as error:
            issues.append(_error(f"datasets.{key}", str(error), "convert it to JSONL"))
            continue
        reports.append(report)
        facts[f"{key}_rows"] = report.rows
        issues += _report_issues(f"datasets.{key}", report)
    if "validation_rows" not in facts and "training_rows" in facts:
        held = round(facts["training_rows"] * job.datasets.validation_fraction)
        facts["validation_rows"] = held
        facts["training_rows"] -= held
    if facts.get("training_rows", 1) and job.schedule.evaluations and not facts.get("validation_rows", 1):
        issues.append(
            Issue(
                path="datasets.validation_fraction",
                severity=Severity.INFO,
                code="NO_VALIDATION",
                message="there are no validation rows: nothing will be evaluated",
                hint="set datasets.validation or datasets.validation_fraction",
            )
        )
    return issues, facts, reports


def model_issues(job: JobConfiguration) -> Iterator[Issue]:
    """What the model's folder, or its snapshot in the Hub's cache, says of itself: context length and chat template."""
    yield from hub_issues(job)
    folder = model_folder(job)
    if folder is None or not (folder / "config.json").is_file():
        return
    try:
        config = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        yield _unloadable(f"{folder / 'config.json'}: not valid JSON ({error})")
        return
    if not isinstance(config, dict):
        yield _unloadable(f"{folder / 'config.json'}: expected a JSON object, found {type(config).__name__}")
        return
    length = config.get("max_position_embeddings")
    if isinstance(length, int) and job.schedule.sequence_length > length:
        yield Issue(
            path="schedule.sequence_length",
            severity=Severity.INFO,
            code="CONTEXT_LENGTH",
            message=f"the model's context is {length} tokens; longer rows are beyond what it knows",
            hint=f"{length} is enough",
        )
    problem = weights_problem(folder)
    if problem:
        yield _unloadable(problem)
    if job.objective is not Objective.PRETRAIN and not _has_template(folder):
        yield Issue(
            path="model.base_model",
            severity=Severity.ERROR,
            code=ErrorCode.MODEL_INCOMPATIBLE.value,
            message=f"{folder} has no chat template",
            hint="use the instruct version of the model, or add chat_template.jinja to its folder",
        )


def _unloadable(message: str) -> Issue:
    return Issue(
        path="model.base_model",
        severity=Severity.ERROR,
        code=ErrorCode.MODEL_LOAD_FAILED.value,
        message=message,
        hint="the model folder is broken; copy or download it again",
    )


def _has_template(folder: Path) -> bool:
    if (folder / "chat_template.jinja").is_file():
        return True
    try:
        return bool(json.loads((folder / "tokenizer_config.json").read_bytes()).get("chat_template"))
    except (OSError, ValueError, AttributeError):
        return False


def _report_issues(path: str, report: DatasetReport) -> Iterator[Issue]:
    listed = _listed(report)
    if not report.rows:
        yield _error(path, f"{report.path} has no row that can be used{listed}", "mend the file, or name another")
    elif report.problem_count:
        yield Issue(
            path=path,
            severity=Severity.WARNING,
            code="ROWS_SKIPPED",
            message=f"{report.problem_count} of {report.problem_count + report.rows} rows cannot be used{listed}",
            hint="mend those lines, or accept that they are left out (--accept ROWS_SKIPPED)",
        )


def _listed(report: DatasetReport) -> str:
    if not report.problems:
        return ""
    lines = "; ".join(f"line {p.line}: {p.message}" for p in report.problems[:5])
    more = report.problem_count - min(5, len(report.problems))
    return f" ({lines}{f'; and {more} more' if more else ''})"


def _error(path: str, message: str, hint: str) -> Issue:
    return Issue(path=path, severity=Severity.ERROR, code=ErrorCode.DATA_INVALID.value, message=message, hint=hint)
