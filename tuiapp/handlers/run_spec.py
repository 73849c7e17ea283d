"""What is written down of a plan when it becomes a run: its name, its text, and what it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue

from tuner.config.load import dump_job, parse_job_text
from tuner.core.errors import ErrorCode, TunerError
from tuner.core.issues import Severity
from tuner.core.job import JobConfiguration
from tuner.core.job_sections import model_short_name
from tuner.data.dataset_files import dataset_sha256
from tuner.data.records import DatasetUnreadable
from tuner.data.report import DatasetReport
from tuner.jobs.submit import RunSpec

if TYPE_CHECKING:
    from tuiapp.handlers.train import TrainPlan


def run_spec(plan: TrainPlan) -> RunSpec:
    """The run of a plan without errors."""
    job, translation = plan.job, plan.translation
    assert job is not None and translation is not None  # the caller has checked
    accepted = [i for i in plan.issues if i.severity is Severity.WARNING]
    facts: dict[str, JsonValue] = {
        "job": job.model_dump(mode="json"),
        "seed": job.seed,
        "model": {"id": job.model.base_model, "revision": job.model.revision, "parent": job.model.parent},
        "dataset": _dataset_facts(plan.reports),
        "accepted_warnings": [f"{i.path}: {i.message}" for i in accepted],
        "changes": list[JsonValue](translation.changes),
        "overridden_ranges": list[JsonValue](sorted(job.overridden_ranges)),
    }
    return RunSpec(
        kind="train",
        name=plan.request.name or job.output.suffix or _default_name(job),
        objective=job.objective.value,
        backend=plan.backend,
        parent=plan.parent_run,
        tags=list(plan.request.tags),
        job_yaml=_job_text(plan, job),
        payload=translation.payload,
        facts=facts,
    )


def _default_name(job: JobConfiguration) -> str:
    data = Path(job.datasets.training).stem if job.datasets.training else "data"
    return f"{model_short_name(job.model)}-{data}"


def _job_text(plan: TrainPlan, job: JobConfiguration) -> str:
    """The configuration as submitted: the user's own text where nothing was laid over it, else the whole job."""
    if plan.request.sets:
        loaded = parse_job_text(plan.request.text, plan.request.sets)
        return dump_job(loaded.job or job)
    return plan.request.text


def _dataset_facts(reports: Sequence[DatasetReport]) -> JsonValue:
    if not reports:
        return {}
    first = reports[0]
    try:
        digest = dataset_sha256(first.path)
    except (OSError, DatasetUnreadable) as error:  # it is gone since it was looked through
        why = error.strerror if isinstance(error, OSError) else None
        raise TunerError(f"{first.path}: {why or error}", code=ErrorCode.DATA_NOT_FOUND) from error
    return {
        "path": str(first.path),
        "sha256": digest or None,
        "rows": None if first.sampled else first.rows,
        "format": first.format.value if first.format else None,
        "skipped_rows": first.problem_count,
        "duplicate_rows": first.duplicate_rows,
    }
