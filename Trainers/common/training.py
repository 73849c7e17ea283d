"""From a payload's arguments to a finished transformers Trainer: the part that all objectives share."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerBase, Trainer
from transformers.trainer_utils import IntervalStrategy, SaveStrategy

from Trainers.common.callback import Evaluate, RunCallback, attach
from Trainers.common.exact_match import answer, exact_match
from Trainers.common.facts import hardware, versions
from Trainers.common.models import keep_tokenizer_files
from Trainers.common.payload import Payload
from Trainers.common.probe import add_probe
from Trainers.common.quick_start import end_loading
from Trainers.common.ranks import Agreement, is_main, world_size
from Trainers.common.reporting import Reporter, say
from Trainers.common.speed import speed_up
from tuner.core.states import Phase
from tuner.runs.checkpoint_marker import mark_complete

Row = dict[str, Any]


def training_arguments(payload: Payload, has_validation: bool) -> dict[str, Any]:
    """The payload's arguments with the place for checkpoints; nothing is evaluated without validation rows."""
    arguments = payload.arguments
    if not has_validation:
        arguments["eval_strategy"] = "no"
        arguments.pop("eval_steps", None)
    return {**arguments, "output_dir": str(payload.paths.checkpoints)}


def spread_over(trainer: Trainer, payload: Payload, rows: int) -> None:
    """Spread checkpoints and evaluations over the real length of a run of ``rows`` examples an epoch, where the payload
    names no step interval (it cannot, where rows are packed or cut)."""
    given, args = payload.arguments, trainer.args
    total = total_steps(given, rows)
    checkpoints, evaluations = payload.spread.get("checkpoints"), payload.spread.get("evaluations")
    if checkpoints and "save_steps" not in given:
        args.save_steps, args.save_strategy = math.ceil(total / checkpoints), SaveStrategy.STEPS
    if evaluations and "eval_steps" not in given and trainer.eval_dataset is not None:
        args.eval_steps, args.eval_strategy = math.ceil(total / evaluations), IntervalStrategy.STEPS


def total_steps(arguments: dict[str, Any], training_rows: int) -> int:
    """Optimizer steps of the run, as transformers counts them."""
    if arguments.get("max_steps", -1) > 0:
        return int(arguments["max_steps"])
    batches = math.ceil(training_rows / (arguments["per_device_train_batch_size"] * world_size()))
    updates = max(1, math.ceil(batches / arguments.get("gradient_accumulation_steps", 1)))
    return math.ceil(updates * arguments["num_train_epochs"])


def validation_answers(payload: Payload, tokenizer: PreTrainedTokenizerBase, rows: list[Row]) -> Evaluate | None:
    """The exact-match evaluation, where the job asks for one and the rows have answers."""
    answered = [{**r, "completion": r["chosen"]} if "chosen" in r else r for r in rows]
    asked = [r for r in answered if "completion" in r and r.get("label", True)]
    asked = asked[: int(payload.option("exact_match_rows", 0))]
    if not asked:
        return None
    longest = int(payload.option("answer_tokens", 64))
    return lambda model: {"exact_match": exact_match(answer(model, tokenizer, asked, longest))}


def run_training(
    trainer: Trainer, tokenizer: PreTrainedTokenizerBase, payload: Payload, reporter: Reporter, more: Evaluate | None
) -> bool:
    """Train, save the final model whole, record the environment.

    Returns:
        False where the run stopped on request, after saving a checkpoint.
    """
    speed_up(trainer, payload, reporter)
    end_loading()
    add_probe(trainer, payload, reporter)
    callback = RunCallback(reporter, more, payload.guards)
    attach(trainer, callback)
    reporter.manifest({"versions": versions(), "hardware": hardware()})
    if payload.option("evaluate_first", False) and trainer.args.eval_strategy != "no":
        reporter.phase(Phase.EVALUATING, "before training")
        trainer.evaluate()
    trainer.train()
    if callback.stopped:
        say("stopped on request; the checkpoint is saved")
        return False
    reporter.phase(Phase.SAVING, "saving the final model")
    save_whole(trainer, tokenizer, payload.paths.final_model)
    say("saved final_model")
    return True


def save_whole(trainer: Trainer, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Save model and tokenizer beside their place and rename them in, so that a torn one never stands there."""
    temporary = folder.with_name(f".{folder.name}.part")
    trainer.save_model(str(temporary))  # all processes: each holds a part where the model is spread over them
    Agreement().wait()
    if not is_main():
        return
    tokenizer.save_pretrained(str(temporary))
    keep_tokenizer_files(tokenizer, temporary)
    mark_complete(temporary)
    temporary.replace(folder)
