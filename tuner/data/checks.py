"""The third layer of validation: the facts of the dataset and the model that a configuration names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tuner.core.enums import Objective
from tuner.core.errors import ErrorCode
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration
from tuner.data.dataset_issues import dataset_issues
from tuner.data.hub_issues import hub_issues, model_folder
from tuner.data.model_config import context_of, has_learned_positions
from tuner.data.weights import weights_problem

__all__ = ["dataset_issues", "model_issues"]


def model_issues(job: JobConfiguration, longest_row: int = 0) -> Iterator[Issue]:
    """What the model's folder, or its snapshot in the Hub's cache, says of itself: context length and chat template.

    ``longest_row``: tokens of the longest training row; 0 where rows were not counted.
    """
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
    yield from _context_issues(job, config, longest_row)
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


def _context_issues(job: JobConfiguration, config: dict[str, object], longest_row: int) -> Iterator[Issue]:
    """A warning where rows may reach beyond the context, unless rope scaling stretches it; said where none does."""
    length, scaled = context_of(config)
    if not length or job.schedule.sequence_length <= length:
        return
    # Pretraining joins short texts into rows of the full length.
    within = job.objective is not Objective.PRETRAIN and 0 < longest_row <= length
    severity = Severity.INFO if within or scaled else Severity.WARNING
    if within:
        said, hint = f"no row is longer ({longest_row})", f"{length} is enough"
    elif scaled:
        said, hint = "rope scaling stretches it", "how far, config.json says (rope_scaling or rope_parameters)"
    elif has_learned_positions(config):
        severity = Severity.ERROR
        said, hint = "it has no positions beyond, so that training would end at the first longer row", f"use {length}"
    else:
        said, hint = "longer rows are beyond what it knows", f"use {length} or less"
        hint += ", or accept it (--accept CONTEXT_LENGTH)"
    yield Issue(
        path="schedule.sequence_length",
        severity=severity,
        code="CONTEXT_LENGTH",
        message=f"the model's context is {length} tokens; {said}",
        hint=hint,
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
