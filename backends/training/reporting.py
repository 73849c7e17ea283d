"""Where a run is reported to besides its own files: the job's choices in the trainers' terms."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from backends.training.environment import installed_versions
from tuner.core.backend_protocol import CustomParameter
from tuner.core.errors import ConfigurationError, ErrorCode
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration
from tuner.core.job_sections import model_short_name

REPORTING_CUSTOM = {
    "tensorboard": CustomParameter(
        kind="bool", default=False, help="write the rows as TensorBoard event files too, to the run's logs/tensorboard"
    ),
}
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_NO_KEY_NEEDED = {"offline", "disabled", "dryrun"}


def reporting(job: JobConfiguration) -> dict[str, JsonValue]:
    """What stands under ``reporting`` in the payload; read by Trainers.common.mirrors. Of a key only the name."""
    wandb = job.integrations.wandb
    return {
        "tensorboard": job.metadata.get("tensorboard", False),
        "wandb": None
        if wandb is None
        else {
            "project": wandb.project,
            "entity": wandb.entity,
            "name": job.output.suffix or f"{job.objective.value}-{model_short_name(job.model)}",
            "api_key_env": wandb.api_key_env,
        },
    }


def reporting_issues(job: JobConfiguration, python_path: str) -> Iterator[Issue]:
    """A key or a package that is asked for and not there."""
    wandb, asked = job.integrations.wandb, {}
    if wandb is not None:
        asked["wandb"] = "integrations.wandb"
    if job.metadata.get("tensorboard"):
        asked["tensorboard"] = "metadata.tensorboard"
    yield from _missing_packages(asked, python_path)
    if wandb is not None and not _VARIABLE.fullmatch(wandb.api_key_env):
        yield Issue(
            path="integrations.wandb.api_key_env",
            severity=Severity.ERROR,
            code="BAD_VALUE",
            message="this is not the name of a variable",
            hint="name the variable that holds the key (WANDB_API_KEY); never write the key itself",
        )
        return
    no_key_needed = os.environ.get("WANDB_MODE", "").lower() in _NO_KEY_NEEDED
    if wandb is not None and not no_key_needed and not os.environ.get(wandb.api_key_env):
        yield Issue(
            path="integrations.wandb.api_key_env",
            severity=Severity.ERROR,
            code=ErrorCode.UNAUTHORIZED.value,
            message=f"the variable {wandb.api_key_env}, which should hold the key for W&B, is not set",
            hint=f"export {wandb.api_key_env}=… before starting Tuner, or WANDB_MODE=offline to keep the report here",
        )


def _missing_packages(asked: Mapping[str, str], python_path: str) -> Iterator[Issue]:
    if not asked:
        return
    try:
        found = installed_versions(python_path, list(asked))
    except ConfigurationError:
        return  # an interpreter that does not run is told where the environment is looked at
    for name, path in asked.items():
        if found[name] is None:
            yield Issue(
                path=path,
                severity=Severity.ERROR,
                code=ErrorCode.MISSING_LIBRARY.value,
                message=f"{name} is not installed in {python_path}",
                hint=f"install it with: {python_path} -m pip install {name}",
            )


def secret_names(payload: Mapping[str, JsonValue]) -> list[str]:
    """The variables whose values the trainer needs, by name."""
    asked = payload.get("reporting")
    wandb = asked.get("wandb") if isinstance(asked, dict) else None
    return [str(wandb["api_key_env"])] if isinstance(wandb, dict) else []
