"""What SFT, KTO and DPO share: rows, model and adapter into a TRL trainer, and through it."""

from __future__ import annotations

import random
from typing import Any

from transformers import set_seed

from Trainers.common.datasets import load_rows
from Trainers.common.models import load_model
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter
from Trainers.common.training import run_training, training_arguments, validation_answers
from Trainers.common.trl_arguments import made_with
from Trainers.common.trl_trainer import make_trainer
from tuner.core.enums import Objective
from tuner.core.states import Phase


def train_with_trl(
    payload: Payload,
    reporter: Reporter,
    objective: Objective,
    trainer_class: Any,
    config_class: Any,
    *,
    shuffled: bool = False,
) -> bool:
    """Train. ``shuffled``: mix the training rows first, for a trainer that reads them in order.

    Returns:
        False where the run stopped on request, after saving a checkpoint.
    """
    rows = load_rows(payload, reporter, objective)
    if shuffled:
        random.Random(payload.seed).shuffle(rows.training)
    # Before the model: where several processes share one, the arguments say how, and loading goes by them.
    config = made_with(training_arguments(payload, bool(rows.validation)), config_class, reporter)
    set_seed(payload.seed)  # weights that a model's files lack are drawn
    model, tokenizer = load_model(payload, reporter)
    reporter.phase(Phase.TOKENIZING, f"tokenizing {len(rows.training)} rows")
    trainer = make_trainer(payload, reporter, objective, rows, model, tokenizer, trainer_class, config)
    return run_training(trainer, tokenizer, payload, reporter, validation_answers(payload, tokenizer, rows.validation))
