"""Pretraining a small model from scratch, on plain text and on answered rows, with transformers' Trainer."""

from __future__ import annotations

import sys
from typing import Any

from Trainers.common.entry import run_script
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter


def train(payload: Payload, reporter: Reporter) -> bool:
    from Trainers.common.datasets import load_rows
    from Trainers.common.training import run_training, validation_answers
    from tuner.core.enums import Objective

    rows = load_rows(payload, reporter, Objective.PRETRAIN)
    trainer = make_trainer(payload, reporter, rows)
    tokenizer = trainer.processing_class
    answers = validation_answers(payload, tokenizer, rows.validation)
    return run_training(trainer, tokenizer, payload, reporter, answers)


def make_trainer(payload: Payload, reporter: Reporter, rows: Any) -> Any:
    """transformers' Trainer on the rows' tokens, of a model built or loaded, ready to train."""
    from transformers import Trainer, TrainingArguments, set_seed

    from Trainers.common.models import load_model, load_tokenizer
    from Trainers.common.training import spread_over, training_arguments
    from Trainers.common.trl_arguments import made_with
    from Trainers.pretrain.batches import Collator, LikeWithLike, encode
    from tuner.core.states import Phase

    set_seed(payload.seed)
    if payload.model.get("architecture"):
        tokenizer = load_tokenizer(payload.model["tokenizer"])
        model = _new_model(payload, tokenizer)
    else:
        model, tokenizer = load_model(payload, reporter)
    length = int(payload.values["sequence_length"])
    reporter.phase(Phase.TOKENIZING, f"tokenizing {len(rows.training)} rows")
    training, validation = (encode(part, tokenizer, length) for part in (rows.training, rows.validation))
    batch = int(payload.arguments["per_device_train_batch_size"])

    class PretrainTrainer(Trainer):  # type: ignore[misc]  # transformers is untyped for us
        def _get_train_sampler(self, train_dataset: Any = None) -> LikeWithLike:
            return LikeWithLike([len(e["input_ids"]) for e in training], batch, payload.seed)

    arguments = {**training_arguments(payload, bool(validation)), "remove_unused_columns": False}
    trainer = PretrainTrainer(
        model=model,
        args=made_with(arguments, TrainingArguments, reporter),
        train_dataset=training,
        eval_dataset=validation or None,
        data_collator=Collator(tokenizer.pad_token_id),
        processing_class=tokenizer,
    )
    spread_over(trainer, payload, len(training))
    return trainer


def _new_model(payload: Payload, tokenizer: Any) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    from Trainers.pretrain.sizes import SIZES

    if payload.model["architecture"] != "llama":
        raise ValueError(f"unknown architecture {payload.model['architecture']!r}; known: llama")
    return LlamaForCausalLM(
        LlamaConfig(
            **SIZES[payload.model["size"]],
            vocab_size=len(tokenizer),
            max_position_embeddings=max(1024, int(payload.values["sequence_length"])),
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            tie_word_embeddings=True,
        )
    )


if __name__ == "__main__":
    sys.exit(run_script(train))
