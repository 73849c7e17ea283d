"""What a run's files need from inside mlx-lm's loop: rows, evaluations, checkpoints, stop on request.

mlx-lm evaluates before a step and saves after it, and what it saves is in its own layout; so its own evaluations and
saves are off, and both are done here, in its callback, between two optimizer steps.
"""

from __future__ import annotations

import math
import os
import time
from typing import Any

from Trainers.common.reporting import Reporter, say
from Trainers.mlx.batches import TrainingBatches
from Trainers.mlx.evaluation import Evaluation
from Trainers.mlx.optimizers import ClippedOptimizer
from Trainers.mlx.plan import Plan
from Trainers.mlx.saving import Saver
from tuner.core.errors import ErrorCode, FailureClass, TunerError
from tuner.core.states import Phase
from tuner.runs.control import read_request
from tuner.runs.layout import RunPaths


class LoopEnded(Exception):  # no error: the way out of mlx-lm's loop, which would save once more
    """The last step is done, or a stop was asked for."""


class Watch:
    """Called by mlx-lm after each optimizer step: its reports are set to come so often."""

    def __init__(
        self,
        reporter: Reporter,
        plan: Plan,
        batches: TrainingBatches,
        optimizer: ClippedOptimizer,
        evaluation: Evaluation | None,
        saver: Saver,
        patience: int | None = None,
    ) -> None:
        """``patience``: evaluations without a lower loss before the run ends; None means that it never ends early."""
        self.reporter = reporter
        self.plan = plan
        self.batches = batches
        self.optimizer = optimizer
        self.evaluation = evaluation
        self.saver = saver
        self.step = 0
        self.stopped = False
        self.patience = patience
        self._lowest = math.inf
        self._in_vain = 0
        self._losses: list[float] = []
        self._all_losses = 0.0
        self._num_tokens = 0
        self._since_row = (0, 0.0)
        self._began = self._resumed = time.monotonic()
        self._supervisor = os.getppid()

    def on_train_loss_report(self, train_info: dict[str, Any]) -> None:
        self.step += 1
        step, plan = self.step, self.plan
        loss = float(train_info["train_loss"])
        self._losses.append(loss)
        self._all_losses += loss
        self._count(int(train_info["trained_tokens"]))
        if plan.logs_at(step) or not math.isfinite(loss):
            self._log(train_info)
        if not math.isfinite(loss):
            raise TunerError(
                f"the loss became {loss} at step {step}",
                code=ErrorCode.NAN_LOSS,
                failure_class=FailureClass.USER,
                hint="lower optimizer.learning_rate, lengthen the warmup, or set model.precision: bf16 instead of fp16",
            )
        self.reporter.progress(step, plan.steps)
        # A supervisor that was killed leaves us to init: nobody watches any more, so save and end.
        asked = read_request(self.reporter.run_dir) is not None or os.getppid() != self._supervisor
        if plan.evaluates_at(step) and not asked:
            self.evaluate()
        early = self.patience is not None and self._in_vain >= self.patience and step < plan.steps
        if plan.saves_at(step) or asked or early:
            self._save()
        if early:
            text = f"stopped early: {self._in_vain} evaluations without a lower loss than {self._lowest:.4g}"
            self.reporter.event("early_stopping", text, {"step": step})
            say(text)
        if step >= plan.steps or asked or early:
            self.stopped = asked and step < plan.steps
            raise LoopEnded
        self.reporter.phase(Phase.TRAINING)
        self._resumed = time.monotonic()

    def on_val_loss_report(self, val_info: dict[str, Any]) -> None:
        """Never called: mlx-lm is given no validation rows."""

    def evaluate(self) -> None:
        """Measure the weights as they stand, and write the row."""
        if self.evaluation is None:
            return
        self.reporter.phase(Phase.EVALUATING)
        values = self.evaluation.measure()
        self._write({**values, "epoch": round(self.batches.epoch, 4)})
        self._in_vain = 0 if values["eval_loss"] < self._lowest else self._in_vain + 1
        self._lowest = min(self._lowest, values["eval_loss"])

    def summarize(self) -> None:
        """The run's last row."""
        seconds = time.monotonic() - self._began
        self._write(
            {
                "train_runtime": round(seconds, 3),
                "train_loss": self._all_losses / max(1, self.step),
                "train_steps_per_second": round(self.step / seconds, 4),
                "num_tokens": float(self._num_tokens),
                "epoch": round(self.batches.epoch, 4),
            }
        )

    def _count(self, trained_tokens: int) -> None:
        """Tokens and seconds since the last row; evaluating and saving are not among these seconds."""
        tokens, seconds = self._since_row
        self._since_row = (tokens + trained_tokens - self._num_tokens, seconds + time.monotonic() - self._resumed)
        self._num_tokens = trained_tokens

    def _log(self, train_info: dict[str, Any]) -> None:
        tokens, seconds = self._since_row
        self._write(
            {
                "loss": sum(self._losses) / len(self._losses),
                "grad_norm": self.optimizer.grad_norm,
                "learning_rate": float(train_info["learning_rate"]),
                "epoch": round(self.batches.epoch, 4),
                "num_tokens": float(self._num_tokens),
                "tokens_per_second": round(tokens / seconds, 2) if seconds else 0.0,
                "gpu_memory_gb": round(float(train_info["peak_memory"]), 4),
            }
        )
        self._losses, self._since_row = [], (0, 0.0)

    def _write(self, values: dict[str, float]) -> None:
        self.reporter.rows.write(self.step, values)
        numbers = [f"{name}={value:.4g}" for name, value in values.items() if name != "epoch"]
        say(f"step={self.step} {' '.join(numbers)}")

    def _save(self) -> None:
        self.reporter.phase(Phase.SAVING)
        folder = RunPaths(self.reporter.run_dir).checkpoints / f"checkpoint-{self.step}"
        self.saver.save(folder)
        self.reporter.event("checkpoint", f"saved {folder.name}", {"step": self.step})
        say(f"saved {folder.name}")
