"""What can be said of a Hub id before anything starts, from the cache and the environment alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tuner.core.errors import ErrorCode
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration
from tuner.data.hub_cache import cached_model, cached_revisions, hub_cache, is_offline, looks_like_hub_id


def model_folder(job: JobConfiguration) -> Path | None:
    """Where the job's base model can be looked at: its folder, or the snapshot of a Hub id that was downloaded."""
    named = job.model.base_model
    if not named:
        return None
    return Path(named) if Path(named).is_dir() else cached_model(named, job.model.revision)


def hub_issues(job: JobConfiguration) -> Iterator[Issue]:
    """A model that is not here and may not be fetched."""
    named, revision = job.model.base_model, job.model.revision
    if not named or Path(named).is_dir() or not looks_like_hub_id(named) or not is_offline():
        return
    if cached_model(named, revision) is not None:
        return
    others = cached_revisions(named)
    at = f" at revision {revision}" if revision and others else ""
    has = f"; the cache has it at {', '.join(others)}" if at else ""
    yield Issue(
        path="model.revision" if at else "model.base_model",
        severity=Severity.ERROR,
        code=ErrorCode.MODEL_NOT_FOUND.value,
        message=f"{named}{at} is not whole in the cache {hub_cache()}, and HF_HUB_OFFLINE forbids to download it{has}",
        hint="unset HF_HUB_OFFLINE, or name a folder that holds the model",
    )
