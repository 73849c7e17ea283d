"""What a run's files need from inside a transformers Trainer: rows, phases, whole checkpoints, stop on request."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import PrinterCallback, Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from Trainers.common.models import keep_tokenizer_files
from Trainers.common.ranks import Agreement, SupervisorWatch
from Trainers.common.reporting import Reporter, say
from tuner.core.errors import ErrorCode, FailureClass, TunerError
from tuner.core.states import Phase
from tuner.runs.checkpoint_marker import mark_complete
from tuner.runs.control import read_request

Evaluate = Callable[[Any], dict[str, float]]
"""Takes the model, returns further evaluation metrics (without the eval_ prefix)."""


class RunCallback(TrainerCallback):  # type: ignore[misc]  # transformers is untyped for us
    """Writes one run's rows and marks its checkpoints. ``stopped`` is True once it stopped on request."""

    def __init__(self, reporter: Reporter, more_metrics: Evaluate | None = None) -> None:
        self.reporter = reporter
        self.more_metrics = more_metrics
        self.stopped = False
        self._supervisor = SupervisorWatch()
        self._all = Agreement()

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kw: Any) -> None:
        self.reporter.phase(Phase.TRAINING, "first step")
        self.reporter.progress(state.global_step, state.max_steps)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kw: Any) -> None:
        last = state.global_step >= state.max_steps
        self.reporter.progress(state.global_step, state.max_steps)
        # A supervisor that was killed leaves us to init: nobody watches any more, so save and end.
        # Several processes read the request at different moments, and must stop at the same step.
        if self._all.any(read_request(self.reporter.run_dir) is not None or self._supervisor.gone()):
            self.stopped = not last
            control.should_save = control.should_training_stop = True
        elif last and args.eval_strategy != "no":
            control.should_evaluate = True
        if control.should_evaluate:
            self.reporter.phase(Phase.EVALUATING)
        elif control.should_save:
            self.reporter.phase(Phase.SAVING)
        elif state.global_step == 1 or control.should_log:
            self.reporter.phase(Phase.TRAINING)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kw: Any,
    ) -> None:
        if not logs or not state.is_world_process_zero:
            return
        self.reporter.rows.write(state.global_step, logs)
        say_row(state.global_step, logs)
        loss = logs.get("loss")
        if isinstance(loss, float) and not math.isfinite(loss):
            raise TunerError(
                f"the loss became {loss} at step {state.global_step}",
                code=ErrorCode.NAN_LOSS,
                failure_class=FailureClass.USER,
                hint="lower optimizer.learning_rate, lengthen the warmup, or set model.precision: bf16 instead of fp16",
            )

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float] | None = None,
        model: Any = None,
        **kw: Any,
    ) -> None:
        if self.more_metrics is not None:
            found = {f"eval_{k}": v for k, v in self.more_metrics(model).items()}
            self.reporter.rows.write(state.global_step, found)
            say_row(state.global_step, found)
            if metrics is not None:
                metrics.update(found)
        self.reporter.phase(Phase.SAVING if control.should_save else Phase.TRAINING)

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        processing_class: Any = None,
        **kw: Any,
    ) -> None:
        self._all.wait()  # each process has written its own random state by then
        if not state.is_world_process_zero:
            return
        folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        if processing_class is not None:
            keep_tokenizer_files(processing_class, folder)
        mark_complete(folder)
        self.reporter.event("checkpoint", f"saved checkpoint-{state.global_step}", {"step": state.global_step})
        say(f"saved checkpoint-{state.global_step}")
        self.reporter.phase(Phase.TRAINING)


def attach(trainer: Trainer, callback: RunCallback) -> None:
    """Put our callback in the place of the one that prints raw dictionaries."""
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(callback)


def say_row(step: int, values: dict[str, Any]) -> None:
    numbers = [f"{k}={v:.4g}" for k, v in values.items() if isinstance(v, int | float) and k != "epoch"]
    say(f"step={step} {' '.join(numbers)}")
