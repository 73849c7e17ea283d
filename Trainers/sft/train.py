"""Supervised fine-tuning with TRL's SFTTrainer."""

from __future__ import annotations

import sys

from Trainers.common.entry import run_script
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter


def train(payload: Payload, reporter: Reporter) -> bool:
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    from Trainers.common.datasets import load_rows
    from Trainers.common.lora import lora_config
    from Trainers.common.models import load_model
    from Trainers.common.training import run_training, training_arguments, validation_answers
    from tuner.core.enums import Objective
    from tuner.core.states import Phase

    rows = load_rows(payload, reporter, Objective.SFT)
    model, tokenizer = load_model(payload, reporter)
    reporter.phase(Phase.TOKENIZING, f"tokenizing {len(rows.training)} rows")
    trainer = SFTTrainer(
        model=model,
        args=SFTConfig(**training_arguments(payload, len(rows.training), bool(rows.validation))),
        train_dataset=Dataset.from_list(rows.training),
        eval_dataset=Dataset.from_list(rows.validation) if rows.validation else None,
        processing_class=tokenizer,
        peft_config=lora_config(payload),
    )
    return run_training(trainer, tokenizer, payload, reporter, validation_answers(payload, tokenizer, rows.validation))


if __name__ == "__main__":
    sys.exit(run_script(train))
