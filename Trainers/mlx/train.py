"""Supervised fine-tuning with mlx-lm: LoRA, DoRA and QLoRA adapters, or all weights."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from Trainers.common.entry import run_script
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter, say
from Trainers.mlx.examples import Example, encode_rows, tell
from Trainers.mlx.plan import Plan, make_plan
from Trainers.mlx.saving import Saver
from tuner.core.enums import Objective
from tuner.core.states import Phase


def train(payload: Payload, reporter: Reporter) -> bool:
    """Train and save the final model.

    Returns:
        False where the run stopped on request, after saving a checkpoint.
    """
    import mlx.core as mx
    import numpy as np

    from Trainers.common.datasets import load_rows
    from Trainers.common.facts import hardware, versions
    from Trainers.common.quick_start import end_loading
    from Trainers.mlx.layers import Trained
    from Trainers.mlx.loading import load_model

    rows = load_rows(payload, reporter, Objective.SFT)
    mx.random.seed(payload.seed)
    np.random.seed(payload.seed % 2**32)
    random.seed(payload.seed)
    model, tokenizer, _, folder = load_model(payload, reporter)
    if mx.default_device() == mx.cpu:
        # On a processor mlx compiles each fused kernel with the system's C++ compiler: a minute before the first step
        # of a model of four layers, and its steps are no faster afterwards.
        mx.disable_compile()
    length = int(payload.arguments["max_seq_length"])
    reporter.phase(Phase.TOKENIZING, f"tokenizing {len(rows.training)} rows")
    training = encode_rows(rows.training, tokenizer, payload.values["masking"], length)
    validation = encode_rows(rows.validation, tokenizer, payload.values["masking"], length)
    tell(training, "training", reporter)
    tell(validation, "validation", reporter)
    trained = Trained(model, payload.model, payload.method)
    plan = make_plan(payload.arguments, payload.spread, len(training.kept), bool(validation.kept))
    reporter.manifest({"versions": versions(), "hardware": {**hardware(), "mlx_device": str(mx.default_device())}})
    _say_what_is_trained(trained.weights())
    end_loading()
    saver = Saver(trained, tokenizer, folder)
    if not _run(payload, reporter, plan, training.kept, validation.kept, saver):
        say("stopped on request; the checkpoint is saved")
        return False
    reporter.phase(Phase.SAVING, "saving the final model")
    saver.save(payload.paths.final_model)
    say("saved final_model")
    return True


def _run(
    payload: Payload,
    reporter: Reporter,
    plan: Plan,
    training: Sequence[Example],
    validation: Sequence[Example],
    saver: Saver,
) -> bool:
    from mlx_lm.tuner.trainer import TrainingArgs
    from mlx_lm.tuner.trainer import train as mlx_train

    from Trainers.mlx.batches import TrainingBatches
    from Trainers.mlx.evaluation import Evaluation
    from Trainers.mlx.losses import training_loss
    from Trainers.mlx.optimizers import make_optimizer
    from Trainers.mlx.schedules import Schedule, mlx_schedule
    from Trainers.mlx.watch import LoopEnded, Watch

    arguments, model = payload.arguments, saver.trained.model
    batch_size = int(arguments["batch_size"])
    rates = Schedule(**payload.values["schedule"]).rates(plan.steps)
    optimizer = make_optimizer(payload.values["optimizer"], mlx_schedule(rates), model)
    batches = TrainingBatches(batch_size, plan.accumulation, payload.seed)
    evaluation = Evaluation(model, validation, batch_size) if plan.eval_steps else None
    watch = Watch(reporter, plan, batches, optimizer, evaluation, saver, payload.guards)
    _silence()
    watch.begin(evaluate=bool(payload.option("evaluate_first", False)))
    never = plan.iterations + 1
    try:
        mlx_train(
            model,
            optimizer,
            training,
            None,
            TrainingArgs(
                batch_size=batch_size,
                iters=plan.iterations,
                steps_per_report=plan.accumulation,
                steps_per_eval=never,
                steps_per_save=never,
                max_seq_length=int(arguments["max_seq_length"]),
                grad_checkpoint=bool(arguments["grad_checkpoint"]),
                grad_accumulation_steps=plan.accumulation,
            ),
            loss=training_loss,
            iterate_batches=batches,
            training_callback=watch,
        )
    except LoopEnded:
        watch.summarize()
    return not watch.stopped


def _say_what_is_trained(weights: Mapping[str, Any]) -> None:
    say(f"{len(weights)} arrays are trained, {sum(w.size for w in weights.values()) / 1e6:.3f} M parameters")


def _silence() -> None:
    """mlx-lm draws a progress bar and prints each report; the rows say it all."""
    try:
        from mlx_lm.cli_ui import make_console
    except ImportError:  # before 0.32 it printed plain lines
        return
    make_console().quiet = True


if __name__ == "__main__":
    sys.exit(run_script(train))
