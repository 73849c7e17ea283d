"""A job's training rows in tokens, for its plan: issues and facts, in a bounded time."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tuner.config.workspace import Workspace
from tuner.core.enums import Objective
from tuner.core.issues import Issue
from tuner.core.job import JobConfiguration
from tuner.data.hub_name import HubName
from tuner.data.report import DatasetReport

if TYPE_CHECKING:
    from tuner.data.learned_turns import Turns
    from tuner.data.token_report import TokenReport
    from tuner.data.token_sample import TokenSamples


def token_findings(
    workspace: Workspace, job: JobConfiguration, reports: list[DatasetReport], facts: dict[str, int]
) -> tuple[list[Issue], dict[str, int], TokenReport | None]:
    """Issues, facts and report of the training rows' tokens; none where dataset or tokenizer are not on this machine.

    Args:
        reports: of the job's datasets, training first; facts: its row counts.
    """
    folder = tokenizer_folder(job)
    training = job.datasets.training
    if folder is None or training is None or HubName.parse(training) is not None:
        return [], {}, None
    report = next((r for r in reports if r.path == Path(training) and r.rows), None)
    if report is None:
        return [], {}, None
    from tuner.data.chat_tokenizer import TokenizerUnreadable
    from tuner.data.line import DatasetUnreadable
    from tuner.data.token_issues import token_facts, token_issues
    from tuner.data.tokens import learning_of, report_of

    turns: Turns = "last" if job.metadata.get("train_on_turns") == "last" else "all"
    learning = learning_of(job.objective, job.schedule.train_on_inputs.value, turns)
    try:
        sample = _samples(workspace.hidden / "tokens").sample(report.path, job.datasets.format, learning, folder)
    except (DatasetUnreadable, TokenizerUnreadable):
        return [], {}, None  # the model's own check says what is wrong with it
    counted = report_of(sample.rows, sample.sampled, job.schedule.sequence_length)
    return list(token_issues(counted)), token_facts(counted, facts), counted


def tokenizer_folder(job: JobConfiguration) -> Path | None:
    """Where the job's tokenizer lies on this machine: its own, or the base model's."""
    from tuner.data.hub_issues import model_folder

    from_scratch = job.objective is Objective.PRETRAIN and job.model.tokenizer
    folder = Path(job.model.tokenizer) if from_scratch and job.model.tokenizer else model_folder(job)
    return folder if folder is not None and (folder / "tokenizer.json").is_file() else None


@lru_cache(maxsize=2)
def _samples(folder: Path) -> TokenSamples:
    from tuner.data.token_sample import TokenSamples

    return TokenSamples(folder)
