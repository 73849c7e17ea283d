"""A TRL trainer made of a payload's model, adapter and rows, with the reference policy where it starts from."""

from __future__ import annotations

import copy
from functools import partial
from typing import Any

from transformers import PreTrainedTokenizerBase, Trainer, set_seed
from transformers.trainer_utils import IntervalStrategy

from Trainers.common.datasets import Rows
from Trainers.common.lora import lora_config
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter
from Trainers.common.training import spread_over
from Trainers.common.trl_rows import IGNORED, as_dataset
from tuner.core.enums import Objective
from tuner.core.errors import ErrorCode, FailureClass, TunerError

TRAINED = "default"
"""PEFT's name of the adapter that is trained; TRL puts a frozen copy beside it, named "ref"."""


def make_trainer(
    payload: Payload,
    reporter: Reporter,
    objective: Objective,
    rows: Rows,
    model: Any,
    tokenizer: PreTrainedTokenizerBase,
    trainer_class: Any,
    config: Any,
) -> Trainer:
    """The trainer, ready to train, with checkpoints and evaluations spread over the rows that it kept.

    Raises:
        TunerError: no row has anything to learn within the sequence length.
    """
    reference: dict[str, Any] = {}
    full = payload.method["type"] == "full"
    if objective is not Objective.SFT and full and not config.precompute_ref_log_probs:
        # TRL would load it again by name, without our revision, dtype and quantization.
        reference = {"ref_model": copy.deepcopy(model)}
    training = as_dataset(payload, reporter, objective, rows.training, tokenizer)
    validation = as_dataset(payload, reporter, objective, rows.validation, tokenizer) if rows.validation else None
    set_seed(payload.seed)  # TRL draws the adapter's weights before it sets the seed
    trainer: Trainer = trainer_class(
        model=model,
        args=config,
        train_dataset=training,
        eval_dataset=validation,
        processing_class=tokenizer,
        peft_config=lora_config(payload),
        **reference,
    )
    _save_only_what_is_trained(trainer)
    kept = len(trainer.train_dataset)
    if not getattr(config, "packing", False):
        _tell_dropped(reporter, len(rows.training) - kept, payload)
    if not kept or not has_learned_tokens(trainer.train_dataset):
        raise TunerError(
            f"nothing can be learned: every prompt alone fills schedule.sequence_length ({config.max_length} tokens)",
            code=ErrorCode.DATA_INVALID,
            failure_class=FailureClass.USER,
            hint="set a longer schedule.sequence_length, or shorten the prompts",
        )
    if trainer.eval_dataset is not None and not len(trainer.eval_dataset):
        trainer.eval_dataset, config.eval_strategy = None, IntervalStrategy.NO
        reporter.warn("nothing is evaluated: the prompts of all validation rows alone fill the sequence length")
    spread_over(trainer, payload, kept)
    return trainer


def has_learned_tokens(dataset: Any) -> bool:
    """Packed rows are kept whatever their labels are; elsewhere the trainer leaves out what has none."""
    if "labels" not in dataset.column_names:
        return True
    return any(label != IGNORED for row in dataset for label in row["labels"])


def _save_only_what_is_trained(trainer: Trainer) -> None:
    """Checkpoints and the final model hold the trained adapter alone; a resumed run copies its reference anew."""
    model = trainer.model
    if TRAINED in getattr(model, "peft_config", {}):
        model.save_pretrained = partial(model.save_pretrained, selected_adapters=[TRAINED])


def _tell_dropped(reporter: Reporter, dropped: int, payload: Payload) -> None:
    if dropped:
        length = payload.values["sequence_length"]
        text = f"{dropped} rows are left out: their prompts alone fill schedule.sequence_length ({length} tokens)"
        reporter.warn(text, {"rows": dropped})
