"""What a run's files need from inside mlx-lm's loop: rows, evaluations, checkpoints, an end before the last step.

mlx-lm evaluates before a step and saves after it, and what it saves is in its own layout; so its own evaluations and
saves are off, and both are done here, in its callback, between two optimizer steps.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

from Trainers.common.ending import tell_stopped_early, with_last_checkpoint
from Trainers.common.guards import DivergenceGuard, EarlyStopping, StoppedEarly, not_a_number
from Trainers.common.pruning import Pruning
from Trainers.common.ranks import SupervisorWatch
from Trainers.common.reporting import Reporter, say
from Trainers.common.throughput import Throughput
from Trainers.mlx.batches import TrainingBatches
from Trainers.mlx.evaluation import Evaluation
from Trainers.mlx.optimizers import ClippedOptimizer
from Trainers.mlx.plan import Plan
from Trainers.mlx.saving import Saver
from tuner.core.states import Phase
from tuner.runs.control import read_request
from tuner.runs.layout import RunPaths


class LoopEnded(Exception):  # no error: the way out of mlx-lm's loop, which would save once more
    """The last step is done, or a stop was asked for."""


class Watch:
    """Called by mlx-lm after each optimizer step: its reports are set to come so often.

    ``stopped`` is True once it stopped on request.
    """

    def __init__(
        self,
        reporter: Reporter,
        plan: Plan,
        batches: TrainingBatches,
        optimizer: ClippedOptimizer,
        evaluation: Evaluation | None,
        saver: Saver,
        guards: Mapping[str, object],
    ) -> None:
        """``guards`` as the payload names them."""
        self.reporter = reporter
        self.plan = plan
        self.batches = batches
        self.optimizer = optimizer
        self.evaluation = evaluation
        self.saver = saver
        self.step = 0
        self.stopped = False
        self._early, self._sense = EarlyStopping.of(guards), DivergenceGuard.of(guards)
        self._saved = Pruning.of(reporter, guards)
        self._supervisor = SupervisorWatch()
        self._speed = Throughput(batches.batch_size * plan.accumulation)
        self._losses: list[float] = []
        self._all_losses = 0.0
        self._began = time.monotonic()

    def begin(self, *, evaluate: bool) -> None:
        """Before the first step; ``evaluate``: measure the weights as they are."""
        if evaluate:
            self._evaluate()
        self.reporter.phase(Phase.TRAINING, "first step")
        self.reporter.progress(0, self.plan.steps)
        self._began = time.monotonic()
        self._speed.step_begins()

    def on_train_loss_report(self, train_info: dict[str, Any]) -> None:
        self._speed.step_ends(leaves=True)
        self.step += 1
        step, plan = self.step, self.plan
        loss = float(train_info["train_loss"])
        self._losses.append(loss)
        self._all_losses += loss
        if plan.logs_at(step) or not math.isfinite(loss):
            self._log(train_info)
        self.reporter.progress(step, plan.steps)
        # A supervisor that was killed leaves us to init: nobody watches any more, so save and end.
        asked = read_request(self.reporter.run_dir) is not None or self._supervisor.gone()
        why = self._evaluate() if plan.evaluates_at(step) and not asked else None
        early = why is not None and step < plan.steps
        if plan.saves_at(step) or asked or (early and plan.save_steps is not None):
            self._save()
        if why is not None and early:
            tell_stopped_early(self.reporter, why)
        if step >= plan.steps or asked or early:
            self.stopped = asked and step < plan.steps
            self._refuse_broken()
            raise LoopEnded
        self.reporter.phase(Phase.TRAINING)
        self._speed.step_begins()

    def on_val_loss_report(self, val_info: dict[str, Any]) -> None:
        """Never called: mlx-lm is given no validation rows."""

    def summarize(self) -> None:
        """The run's last row."""
        seconds = time.monotonic() - self._began
        row = {
            "train_runtime": round(seconds, 3),
            "train_loss": self._all_losses / max(1, self.step),
            "train_steps_per_second": round(self.step / seconds, 4),
            "num_tokens": float(self.batches.tokens),
            "epoch": round(self.batches.epoch, 4),
        }
        self._write({**row, **self._speed.closing_row(row)})

    def _evaluate(self) -> StoppedEarly | None:
        if self.evaluation is None:
            return None
        self.reporter.phase(Phase.EVALUATING)
        row = {**self.evaluation.measure(), "epoch": round(self.batches.epoch, 4)}
        self._write(row)
        return self._early.seen(self.step, row)

    def _log(self, train_info: Mapping[str, Any]) -> None:
        row = {
            "loss": sum(self._losses) / len(self._losses),
            "grad_norm": self.optimizer.grad_norm,
            "learning_rate": float(train_info["learning_rate"]),
            "epoch": round(self.batches.epoch, 4),
            "num_tokens": float(self.batches.tokens),
            "gpu_memory_gb": round(float(train_info["peak_memory"]), 3),
        }
        self._losses = []
        self._write({**row, **self._speed.row(row)})
        wrong = self._sense.seen(self.step, row)
        if wrong is not None:
            raise with_last_checkpoint(wrong, self.reporter.run_dir)

    def _write(self, values: Mapping[str, float]) -> None:
        self.reporter.rows.write(self.step, values)
        self._saved.seen(self.step, values)
        numbers = [f"{name}={value:.4g}" for name, value in values.items() if name != "epoch"]
        say(f"step={self.step} {' '.join(numbers)}")

    def _save(self) -> None:
        self._refuse_broken()
        self.reporter.phase(Phase.SAVING)
        folder = RunPaths(self.reporter.run_dir).checkpoints / f"checkpoint-{self.step}"
        self.saver.save(folder)
        self.reporter.event("checkpoint", f"saved {folder.name}", {"step": self.step})
        say(f"saved {folder.name}")
        self._saved.prune()

    def _refuse_broken(self) -> None:
        """Weights that are no numbers end the run, and are saved nowhere."""
        name = self.saver.trained.broken() if self._sense.active else None
        if name is not None:
            wrong = not_a_number(f"the weights ({name})", None, self.step)
            raise with_last_checkpoint(wrong, self.reporter.run_dir)
