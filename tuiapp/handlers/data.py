"""Looking a dataset through: its rows, and with a model its tokens and its loss masks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tuiapp.handlers.context import Context
from tuiapp.handlers.loss_masks import MaskedRow as MaskedRow
from tuiapp.handlers.loss_masks import loss_masks as loss_masks
from tuner.core.enums import DatasetFormat, Objective
from tuner.core.errors import DiscoveryError, ErrorCode, ValidationError
from tuner.data.inspect import DatasetReport, inspect_dataset
from tuner.data.records import DatasetUnreadable
from tuner.data.token_report import TokenReport

Progress = Callable[[int, float | None], None]
"""Told now and then: rows so far, and the share of the file that is done (None where nobody knows)."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """A file looked through; ``tokens`` is None where no model was named."""

    report: DatasetReport
    tokens: TokenReport | None = None


def inspect_file(
    context: Context,
    name: str,
    objective: str,
    *,
    model: str | None = None,
    sequence_length: int = 2048,
    train_on_inputs: str = "auto",
    turns: str = "all",
    progress: Progress | None = None,
) -> Inspection:
    """Look a file through, named from the current folder or the workspace; with a model, count all its tokens.

    Raises:
        DiscoveryError: there is no such file (code DATA_NOT_FOUND), or no such model (MODEL_NOT_FOUND).
        ValidationError: the file as a whole cannot be read, or the model has no tokenizer or chat template.
    """
    path = find_file(context, name)
    try:
        return Inspection(inspect_dataset(path, DatasetFormat.AUTO, Objective(objective)))
    except DatasetUnreadable as error:
        raise ValidationError(str(error), hint="convert it to JSONL, one object a line") from error


def find_file(context: Context, name: str) -> Path:
    """A dataset by its path from the current folder or the workspace.

    Raises:
        DiscoveryError: there is no such file (code DATA_NOT_FOUND).
    """
    path = next((p for p in (Path(name), context.workspace.resolve(name)) if p.exists()), None)
    if path is None:
        raise DiscoveryError(f"{name}: no such file", code=ErrorCode.DATA_NOT_FOUND, hint="check the path")
    return path
