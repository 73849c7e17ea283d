"""Looking a dataset through: its rows, and with a model its tokens and its loss masks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tuiapp.handlers.context import Context
from tuiapp.handlers.loss_masks import MaskedRow as MaskedRow
from tuiapp.handlers.loss_masks import loss_masks as loss_masks
from tuiapp.handlers.model_source import find_model
from tuner.core.enums import DatasetFormat, Objective
from tuner.core.errors import DiscoveryError, ErrorCode, ValidationError
from tuner.data.dataset_files import exists
from tuner.data.formats import detect, purpose
from tuner.data.inspect import inspect_dataset
from tuner.data.records import DatasetUnreadable, Record, read_lines
from tuner.data.report import DatasetReport
from tuner.data.usable_rows import Progress

if TYPE_CHECKING:
    from tuner.data.learned_turns import Turns
    from tuner.data.token_report import TokenReport


_FIRST = 100
"""Rows that may say what a dataset is for."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """A file looked through; ``tokens`` is None where no model was named."""

    report: DatasetReport
    tokens: TokenReport | None = None
    objective: Objective = Objective.SFT


def inspect_file(
    context: Context,
    name: str,
    objective: str | None,
    *,
    model: str | None = None,
    sequence_length: int = 2048,
    train_on_inputs: str = "auto",
    turns: Turns = "all",
    progress: Progress | None = None,
) -> Inspection:
    """Look a dataset through, named from the current folder or the workspace; with a model, count all its tokens.

    Args:
        objective: sft, kto, dpo or pretrain; None: what the first rows are made for.
        model: a folder, a run's checkpoint (RUN[@STEP]), or a Hub id that was downloaded.
        progress: told rows and the share of the bytes that is read, now and then; may raise, to end it.

    Raises:
        DiscoveryError: there is no such dataset (code DATA_NOT_FOUND), or no such model on this machine.
        ValidationError: the dataset as a whole cannot be read, or the model has no tokenizer or chat template.
    """
    path = find_file(context, name)
    python = context.settings.python_path(context.default_backend())
    kind = DatasetFormat.AUTO
    try:
        aim = Objective(objective) if objective else _purpose(path, python)
        if model is None:
            return Inspection(inspect_dataset(path, kind, aim, python=python, progress=progress), None, aim)
        from tuner.data.chat_tokenizer import TokenizerUnreadable, load_chat_tokenizer
        from tuner.data.token_rows import counted_rows
        from tuner.data.tokens import Tally, learning_of

        try:
            tokenizer = load_chat_tokenizer(find_model(context, model).folder)
            tally = Tally(sequence_length)
            learning = learning_of(aim, train_on_inputs, turns)

            def count(rows: Iterator[tuple[int, Record]]) -> None:
                for row in counted_rows(tokenizer, rows, learning):
                    tally.add(row)

            report = inspect_dataset(path, kind, aim, python=python, progress=progress, consume=count)
        except TokenizerUnreadable as error:
            raise ValidationError(
                f"{model}: {error}",
                code=ErrorCode.MODEL_INCOMPATIBLE,
                hint="name an instruct model with a tokenizer.json",
            ) from error
        return Inspection(report, tally.report(), aim)
    except DatasetUnreadable as error:
        raise ValidationError(str(error), hint=error.hint) from error


def _purpose(path: Path, python: str) -> Objective:
    found = (detect(line.record) for line in islice(read_lines(path, python), _FIRST) if line.record is not None)
    return purpose(next((kind for kind in found if kind is not None), None))


def find_file(context: Context, name: str) -> Path:
    """A dataset by its path from the current folder or the workspace, or one of the Hub (``hub:ID``).

    Raises:
        DiscoveryError: there is no such dataset (code DATA_NOT_FOUND).
    """
    path = next((p for p in (Path(name), context.workspace.resolve(name)) if exists(p)), None)
    if path is None:
        raise DiscoveryError(f"{name}: no such file", code=ErrorCode.DATA_NOT_FOUND, hint="check the path")
    return path
