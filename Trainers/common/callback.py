"""What a run's files need from inside a transformers Trainer: rows, phases, whole checkpoints, stop on request."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from transformers import PrinterCallback, Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from Trainers.common.ending import tell_stopped_early, with_last_checkpoint
from Trainers.common.guards import DivergenceGuard, EarlyStopping, not_a_number
from Trainers.common.models import keep_tokenizer_files
from Trainers.common.pruning import Pruning
from Trainers.common.ranks import Agreement, SupervisorWatch
from Trainers.common.reporting import Reporter, say
from Trainers.common.throughput import Throughput
from Trainers.common.whole_weights import broken_weights
from tuner.core.states import Phase
from tuner.runs.checkpoint_marker import mark_complete
from tuner.runs.control import read_request

Evaluate = Callable[[Any], dict[str, float]]
"""Takes the model, returns further evaluation metrics (without the eval_ prefix)."""


class RunCallback(TrainerCallback):  # type: ignore[misc]  # transformers is untyped for us
    """Writes one run's rows, marks its checkpoints, and ends it where going on makes no sense.

    ``stopped`` is True once it stopped on request.
    """

    def __init__(
        self, reporter: Reporter, more_metrics: Evaluate | None = None, guards: Mapping[str, object] | None = None
    ) -> None:
        """``guards`` as the payload names them; None watches for a divergence and never stops early."""
        self.reporter = reporter
        self.more_metrics = more_metrics
        self.stopped = False
        self._early, self._sense = EarlyStopping.of(guards or {}), DivergenceGuard.of(guards or {})
        self._saved = Pruning.of(reporter, guards or {})
        self._speed = Throughput(0)
        self._supervisor = SupervisorWatch()
        self._all = Agreement()

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kw: Any) -> None:
        self.reporter.phase(Phase.TRAINING, "first step")
        self.reporter.progress(state.global_step, state.max_steps)
        self.reporter.rows.go_on_after(state.global_step)
        self._speed = Throughput(args.train_batch_size * args.gradient_accumulation_steps * args.world_size)
        for row in state.log_history if state.global_step else ():  # what an earlier attempt saw counts
            self._sense.seen(row.get("step", 0), row)
            self._early.seen(row.get("step", 0), row)
            self._saved.seen(row.get("step", 0), row)

    def on_step_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kw: Any) -> None:
        self._speed.step_begins()

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
        control.should_log = control.should_log or last
        self._speed.step_ends(leaves=control.should_evaluate or control.should_save)
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
        row = {**logs, **(self._speed.row(logs) if "loss" in logs else self._speed.closing_row(logs))}
        self._tell(state.global_step, row)
        wrong = self._sense.seen(state.global_step, logs)
        if wrong is not None:
            raise with_last_checkpoint(wrong, self.reporter.run_dir)

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
            self._tell(state.global_step, found)
            if metrics is not None:
                metrics.update(found)
        why = self._early.seen(state.global_step, metrics or {})
        if why is not None and state.global_step < state.max_steps:
            control.should_training_stop = True
            tell_stopped_early(self.reporter, why)
        self.reporter.phase(Phase.SAVING if control.should_save else Phase.TRAINING)

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        processing_class: Any = None,
        model: Any = None,
        **kw: Any,
    ) -> None:
        folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        self._refuse_broken(model, state, folder)  # and so each process has written its own random state by then
        if not state.is_world_process_zero:
            return
        if processing_class is not None:
            keep_tokenizer_files(processing_class, folder)
        mark_complete(folder)
        self.reporter.event("checkpoint", f"saved checkpoint-{state.global_step}", {"step": state.global_step})
        say(f"saved checkpoint-{state.global_step}")
        self._saved.prune()
        self.reporter.phase(Phase.TRAINING)

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, model: Any = None, **kw: Any
    ) -> None:
        self._refuse_broken(model, state)

    def _tell(self, step: int, row: dict[str, float]) -> None:
        self.reporter.rows.write(step, row)
        self._saved.seen(step, row)
        say_row(step, row)

    def _refuse_broken(self, model: Any, state: TrainerState, folder: Path | None = None) -> None:
        """Weights that are no numbers end the run, and ``folder``, which holds them, goes."""
        broken = broken_weights(model)
        if not self._all.any(bool(broken)) or not self._sense.active:
            return
        if folder is not None and state.is_world_process_zero:
            shutil.rmtree(folder)
        wrong = not_a_number(f"the weights ({broken or 'of another process'})", None, state.global_step)
        raise with_last_checkpoint(wrong, self.reporter.run_dir)


def attach(trainer: Trainer, callback: RunCallback) -> None:
    """Put our callback in the place of the one that prints raw dictionaries."""
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(callback)


def say_row(step: int, values: dict[str, Any]) -> None:
    numbers = [f"{k}={v:.4g}" for k, v in values.items() if isinstance(v, int | float) and k != "epoch"]
    say(f"step={step} {' '.join(numbers)}")
