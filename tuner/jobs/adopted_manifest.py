"""What the manifest of an adopted run says: what its maker wrote down, and where the record ends."""

from __future__ import annotations

from datetime import datetime

from tuner.core.errors import ErrorCode, FailureClass
from tuner.core.states import RunState
from tuner.discovery.foreign_facts import Facts
from tuner.discovery.run_folders import RunFolder
from tuner.runs.layout import SCHEMA_VERSION, utc_now
from tuner.runs.summary import RunSummary


def adopted_manifest(run_id: str, folder: RunFolder, summary: RunSummary, facts: Facts) -> dict[str, object]:
    """What is known; the settings of the job only as far as its maker recorded them."""
    job = {
        "model": {"base_model": summary.model} if summary.model else {},
        "datasets": {"training": summary.dataset} if summary.dataset else {},
        "method": {"type": summary.method} if summary.method else {},
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": run_id,
        "name": summary.name,
        "kind": "train",
        "objective": summary.objective,
        "backend": None,
        "parent_run": None,
        "tags": list(summary.tags),
        "note": summary.note,
        "pinned": summary.pinned,
        "archived": summary.archived,
        "adopted_from": {"path": str(folder.path), "id": folder.id, "maker": folder.source, "adopted": utc_now()},
        "created": summary.created_at or utc_now(),
        "started": summary.started_at,
        "finished": summary.finished_at,
        "state": (RunState.SUCCEEDED if has_finished(summary) else RunState.FAILED).value,
        "model": {"id": summary.model} if summary.model else {},
        "dataset": {"path": summary.dataset} if summary.dataset else {},
        "job": {section: values for section, values in job.items() if values},
        "recorded": dict(facts.known),
        "results": {},
        "artifacts": [],
    }


def unproven_end(summary: RunSummary) -> dict[str, object]:
    """The error of a run that nothing proves to have finished."""
    of = f" of {summary.total_steps}" if summary.total_steps else ""
    step = f"at step {summary.step}{of}" if summary.step is not None else "before its first step"
    return {
        "class": FailureClass.USER.value,
        "code": ErrorCode.TRAINER_CRASHED.value,
        "message": f"its record ends {step}; nothing shows that it finished",
        "hint": "its checkpoints and metrics are whole and can be used",
    }


def has_finished(summary: RunSummary) -> bool:
    """Whether something proves that the original finished."""
    return summary.state == RunState.SUCCEEDED


def made_at(summary: RunSummary) -> datetime | None:
    """When the original was made, as far as its files say."""
    return datetime.fromisoformat(summary.created_at) if summary.created_at else None
