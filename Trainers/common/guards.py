"""When a training should end before its last step: no progress any more, or no sense any more (standard library only).

Both are fed what the trainer logs, and know neither the trainer nor the run's files.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tuner.core.errors import ErrorCode, FailureClass, TunerError
from tuner.runs.direction import counts_down

Metrics = Mapping[str, object]

_SMOOTHING = 0.8
_ROWS_OVER = 3
"""Rows in a row with an exploded loss before a run ends: a spike passes."""
_NATS = 2.0
"""How far above its minimum a loss has to be besides: where it is near 0, a multiple of it is no explosion."""
_SCORES = ("eval_loss", "eval_rewards/accuracies", "eval_rewards/margins", "eval_exact_match")
_NO_SENSE = (
    "halve optimizer.learning_rate or lengthen the warmup (optimizer.scheduler.warmup_ratio), and look for odd rows in "
    "the dataset; metadata.divergence_guard: false goes on regardless"
)


@dataclass(frozen=True, slots=True)
class StoppedEarly:
    """Why a run ended before its last step. ``best`` is the best value of the metric, seen at ``best_step``."""

    step: int
    metric: str
    best: float
    best_step: int
    patience: int

    @property
    def message(self) -> str:
        times = "1 evaluation" if self.patience == 1 else f"{self.patience} evaluations"
        best = f"best {self.best:.4g} at step {self.best_step}"
        return f"stopped early at step {self.step}: no better {self.metric} in {times} ({best})"

    def as_dict(self) -> dict[str, object]:
        return {
            "step": self.step,
            "metric": self.metric,
            "best": self.best,
            "best_step": self.best_step,
            "patience": self.patience,
            "message": self.message,
        }


class EarlyStopping:
    """Counts evaluations without progress of one metric.

    Args:
        patience: how many of them end the run; None never does.
        metric: its name; "" is eval_loss, else the objective's own score.
        delta: how much better counts as better.
    """

    def __init__(self, patience: int | None, metric: str = "", delta: float = 0.0) -> None:
        self.patience, self.metric, self.delta = patience, metric, delta
        self._best: tuple[float, int] | None = None
        self._without = 0

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> EarlyStopping:
        """As the payload's guards say."""
        patience, delta = settings.get("early_stopping_patience"), _number(settings.get("early_stopping_delta"))
        metric = str(settings.get("early_stopping_metric") or "")
        return cls(patience if isinstance(patience, int) else None, metric, delta or 0.0)

    def seen(self, step: int, metrics: Metrics) -> StoppedEarly | None:
        """One evaluation. Returns why the run should end, where it should."""
        name = self.metric or next((n for n in _SCORES if n in metrics), "")
        if self.patience is None or name not in metrics:
            return None
        value = _number(metrics[name])
        if value is not None and math.isfinite(value) and self._is_better(name, value):
            self._best, self._without = (value, step), 0
            return None
        self._without += 1
        if self._without < self.patience:
            return None
        best, at = self._best or (math.nan, step)
        return StoppedEarly(step, name, best, at, self.patience)

    def _is_better(self, name: str, value: float) -> bool:
        if self._best is None:
            return True
        gain = self._best[0] - value if counts_down(name) else value - self._best[0]
        return gain > self.delta


class DivergenceGuard:
    """Watches the rows of a training for a loss or a gradient that will not come back.

    Args:
        factor: how many times its smoothed minimum the smoothed loss may be.
        gradient_norm: the norm of the gradient, before it is clipped, that is far beyond healthy (0.1 to 10).
        rows: how many rows in a row may have it.
        active: False lets everything pass.
    """

    def __init__(
        self, factor: float = 3.0, gradient_norm: float = 1000.0, rows: int = 20, *, active: bool = True
    ) -> None:
        self.factor, self.gradient_norm, self.rows, self.active = factor, gradient_norm, rows, active
        self._sum, self._count = 0.0, 0
        self._least = math.inf
        self._over = self._steep = 0

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> DivergenceGuard:
        """As the payload's guards say."""
        plain = cls()
        return cls(
            _number(settings.get("loss_factor")) or plain.factor,
            _number(settings.get("gradient_norm")) or plain.gradient_norm,
            int(_number(settings.get("gradient_rows")) or plain.rows),
            active=settings.get("divergence") is not False,
        )

    def seen(self, step: int, row: Metrics) -> TunerError | None:
        """One logged row. Returns what is wrong, where the run should not go on."""
        loss, norm = _number(row.get("loss")), _number(row.get("grad_norm"))
        if not self.active or (loss is None and norm is None):
            return None
        if loss is not None and not math.isfinite(loss):
            return not_a_number("the loss", loss, step)
        return self._loss(step, loss) or self._gradient(step, norm)

    def _loss(self, step: int, loss: float | None) -> TunerError | None:
        if loss is None:
            return None
        self._sum = _SMOOTHING * self._sum + (1 - _SMOOTHING) * loss
        self._count += 1
        smooth = self._sum / (1 - _SMOOTHING**self._count)
        self._least = min(self._least, smooth)
        limit = max(self._least * self.factor, self._least + _NATS)
        self._over = self._over + 1 if min(smooth, loss) > limit else 0  # one high row stays in the mean for a while
        if self._over < _ROWS_OVER:
            return None
        return _diverged(f"the loss exploded: {smooth:.3g} at step {step}, after it had been down to {self._least:.3g}")

    def _gradient(self, step: int, norm: float | None) -> TunerError | None:
        if norm is None:
            return None
        self._steep = 0 if norm <= self.gradient_norm else self._steep + 1  # NaN and infinity are steep too
        if self._steep < self.rows:
            return None
        return _diverged(
            f"the gradient's norm was beyond {self.gradient_norm:g} in {self._steep} rows, last {norm:.3g} at step "
            f"{step}; healthy is 0.1 to 10"
        )


def not_a_number(what: str, value: float | None, step: int) -> TunerError:
    """What is said of a loss or of weights that are not finite any more."""
    became = "stopped being a number" if value is None else f"became {value}"
    return TunerError(
        f"{what} {became} at step {step}",
        code=ErrorCode.NAN_LOSS,
        failure_class=FailureClass.USER,
        hint="lower optimizer.learning_rate, lengthen the warmup, or set model.precision: bf16 instead of fp16",
    )


def _diverged(message: str) -> TunerError:
    return TunerError(message, code=ErrorCode.TRAINING_DIVERGED, failure_class=FailureClass.USER, hint=_NO_SENSE)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
