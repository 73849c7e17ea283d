"""Names in a configuration made absolute: files, folders, runs. What is not there is an Issue with its path."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tuner.config.workspace import Workspace
from tuner.core.errors import DiscoveryError
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration
from tuner.data.dataset_files import exists
from tuner.data.hub_name import HubName, may_be_hub_id
from tuner.discovery.references import find_checkpoint, find_run, folder_at, split_reference

_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")
ADAPTER_CONFIG = "adapter_config.json"


def resolve_job(job: JobConfiguration, workspace: Workspace) -> tuple[JobConfiguration, str | None, list[Issue]]:
    """Make every name absolute.

    Returns:
        The resolved job, the id of the parent run (where model.parent or model.tokenizer names one), and the issues.
    """
    job = job.model_copy(deep=True)
    issues: list[Issue] = []
    for key in ("training", "validation"):
        value = getattr(job.datasets, key)
        if value is not None:
            path = resolve_dataset(value, workspace)
            setattr(job.datasets, key, str(path))
            if not exists(path):
                issues.append(_missing(f"datasets.{key}", f"{path}: no such file", "DATA_NOT_FOUND"))
    parent_run = _parent(job, workspace, issues)
    _base(job, workspace, issues)
    tokenizer_run = _tokenizer(job, workspace, issues)
    return job, parent_run or tokenizer_run, issues


def resolve_dataset(named: str, workspace: Workspace) -> Path:
    """A dataset by its name: a file, folder or pattern in the workspace, else one of the Hub (``hub:…``)."""
    if HubName.parse(named) is not None:
        return Path(named)
    path = workspace.resolve(named)
    return Path(f"hub:{named}") if not exists(path) and not path.parent.is_dir() and may_be_hub_id(named) else path


def _parent(job: JobConfiguration, workspace: Workspace, issues: list[Issue]) -> str | None:
    named = job.model.parent
    if named is None:
        return None
    try:
        folder, run_id = _folder_or_checkpoint(named, named, workspace)
    except DiscoveryError as error:
        issues.append(_missing("model.parent", error.message, error.code.value))
        return None
    if (folder / ADAPTER_CONFIG).is_file():
        job.model.parent = str(folder)
        base = _adapter_base(folder)
        if job.model.base_model is None and base:
            job.model.base_model = base
    elif (folder / "config.json").is_file():  # a whole model: it is itself the base to go on from
        job.model.base_model, job.model.parent = str(folder), None
    else:
        issues.append(_missing("model.parent", f"{folder} holds neither an adapter nor a model", "MODEL_NOT_FOUND"))
    return run_id


def _adapter_base(folder: Path) -> str | None:
    try:
        value = json.loads((folder / ADAPTER_CONFIG).read_bytes()).get("base_model_name_or_path")
    except (OSError, ValueError, AttributeError):
        return None
    return value if isinstance(value, str) else None


def _base(job: JobConfiguration, workspace: Workspace, issues: list[Issue]) -> None:
    named = job.model.base_model
    if not named:
        return
    folder = workspace.resolve(named)
    if folder.is_dir():
        job.model.base_model = str(folder)
        if not (folder / "config.json").is_file():
            what = f"{folder} is not a model: it has no config.json"
            issues.append(_missing("model.base_model", what, "MODEL_NOT_FOUND"))
        return
    name, _ = split_reference(named)
    try:
        find_run(workspace, name)
        _, checkpoint = find_checkpoint(workspace, named if "@" in named else f"{named}@final")
    except DiscoveryError:
        looks_local = named.startswith((".", "/", "~")) or (folder.parent != workspace.root and folder.parent.is_dir())
        if looks_local or not _HUB_ID.fullmatch(named):
            issues.append(_missing("model.base_model", f"{folder}: no such model folder", "MODEL_NOT_FOUND"))
        return
    job.model.base_model = str(checkpoint.info.path)


def _tokenizer(job: JobConfiguration, workspace: Workspace, issues: list[Issue]) -> str | None:
    named = job.model.tokenizer
    if named is None:
        return None
    try:
        folder, run_id = _folder_or_checkpoint(named, f"{split_reference(named)[0]}@final", workspace)
    except DiscoveryError as error:
        issues.append(_missing("model.tokenizer", error.message, "TOKENIZER_NOT_FOUND"))
        return None
    job.model.tokenizer = str(folder)
    if not (folder / "tokenizer_config.json").is_file():
        issues.append(_missing("model.tokenizer", f"{folder} holds no tokenizer", "TOKENIZER_NOT_FOUND"))
    return run_id


def _folder_or_checkpoint(named: str, reference: str, workspace: Workspace) -> tuple[Path, str | None]:
    """The folder of that name; else that of the checkpoint which the reference means, and its run's id.

    Raises:
        DiscoveryError: there is neither.
    """
    folder = workspace.resolve(named)
    if folder.is_dir():
        return folder, None
    try:
        run_dir, checkpoint = find_checkpoint(workspace, reference)
    except DiscoveryError as error:
        raise DiscoveryError(f"{named}: no such folder, and {error.message}", code=error.code) from error
    return checkpoint.info.path, folder_at(workspace, run_dir).id


def _missing(path: str, message: str, code: str) -> Issue:
    return Issue(
        path=path,
        severity=Severity.ERROR,
        code=code,
        message=message,
        hint="check the spelling; relative paths mean the workspace",
    )
