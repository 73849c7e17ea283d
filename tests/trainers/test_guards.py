"""When a training ends before its last step, decided from the rows alone; the standard library suffices."""

from __future__ import annotations

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.subprocesses import run_python
from Trainers.common.guards import DivergenceGuard, EarlyStopping, StoppedEarly
from tuner.core.errors import ErrorCode, FailureClass, TunerError


def fed(guard: DivergenceGuard, losses: list[float], **more: float) -> TunerError | None:
    """The guard's first finding over these losses."""
    found = (guard.seen(step, {"loss": loss, **more}) for step, loss in enumerate(losses, 1))
    return next((f for f in found if f is not None), None)


def evaluated(stopping: EarlyStopping, values: list[float], name: str = "eval_loss") -> StoppedEarly | None:
    found = (stopping.seen(10 * i, {name: v}) for i, v in enumerate(values, 1))
    return next((f for f in found if f is not None), None)


def test_patience_counts_evaluations_without_progress() -> None:
    why = evaluated(EarlyStopping(2), [2.0, 1.0, 1.5, 0.9, 0.95, 0.9, 0.1])
    assert why == StoppedEarly(step=60, metric="eval_loss", best=0.9, best_step=40, patience=2)
    assert why.message == "stopped early at step 60: no better eval_loss in 2 evaluations (best 0.9 at step 40)"
    assert json.loads(json.dumps(why.as_dict()))["message"] == why.message


def test_progress_may_have_to_be_worth_it() -> None:
    falling = [1.0, 0.99, 0.98, 0.97]
    assert evaluated(EarlyStopping(2), falling) is None
    why = evaluated(EarlyStopping(2, delta=0.1), falling)
    assert why is not None and (why.step, why.best_step) == (30, 10)


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("", "eval_loss"),
        ("", "eval_rewards/accuracies"),
        ("", "eval_rewards/margins"),
        ("eval_exact_match", "eval_exact_match"),
    ],
)
def test_each_metric_counts_in_its_own_direction(metric: str, name: str) -> None:
    sign = 1 if name == "eval_loss" else -1
    assert evaluated(EarlyStopping(1, metric), [sign * v for v in (3.0, 2.0, 1.0)], name) is None
    assert evaluated(EarlyStopping(1, metric), [sign * v for v in (1.0, 2.0)], name) is not None


def test_the_loss_decides_where_no_metric_is_named() -> None:
    stopping = EarlyStopping(1)
    assert stopping.seen(1, {"eval_loss": 1.0, "eval_exact_match": 0.0}) is None
    assert stopping.seen(2, {"eval_loss": 0.5, "eval_exact_match": 0.0}) is None


def test_not_a_number_is_no_progress_and_a_missing_metric_no_evaluation() -> None:
    stopping = EarlyStopping(2)
    assert stopping.seen(1, {"loss": 1.0}) is None
    assert stopping.seen(2, {"eval_loss": math.nan}) is None
    why = stopping.seen(3, {"eval_loss": math.inf})
    assert why is not None and math.isnan(why.best)


def test_without_patience_nothing_stops() -> None:
    assert evaluated(EarlyStopping.of({}), [1.0] * 50) is None


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_ends_the_run(loss: float) -> None:
    wrong = fed(DivergenceGuard(), [1.0, loss])
    assert wrong is not None
    assert (wrong.code, wrong.failure_class) == (ErrorCode.NAN_LOSS, FailureClass.USER)
    assert wrong.message == f"the loss became {loss} at step 2"
    assert "learning_rate" in wrong.hint


def test_an_exploding_loss_ends_the_run() -> None:
    wrong = fed(DivergenceGuard(), [2.0, 1.5, 1.2, 1.0] * 5 + [4.0, 8.0, 11.0, 11.0, 11.0, 11.0])
    assert wrong is not None and wrong.code is ErrorCode.TRAINING_DIVERGED
    assert "exploded" in wrong.message and "divergence_guard: false" in wrong.hint


def test_spikes_and_noise_pass() -> None:
    chance = random.Random(1)
    losses = [3.0 * 0.99**i + chance.gauss(0.0, 0.2) for i in range(400)]
    losses[200] = 40.0
    assert fed(DivergenceGuard(), losses, grad_norm=5.0) is None


def test_a_small_loss_that_doubles_is_no_explosion() -> None:
    assert fed(DivergenceGuard(), [0.7, 0.1, 0.01, 0.001] + [0.5] * 50) is None


def test_a_gradient_far_beyond_healthy_for_long() -> None:
    assert fed(DivergenceGuard(rows=5), [1.0] * 4, grad_norm=1e6) is None
    wrong = fed(DivergenceGuard(rows=5), [1.0] * 5, grad_norm=1e6)
    assert wrong is not None and wrong.code is ErrorCode.TRAINING_DIVERGED
    assert "healthy is 0.1 to 10" in wrong.message
    steep = DivergenceGuard(rows=3)
    norms = [math.inf, math.nan, 2.0, math.inf, math.inf]  # fp16 skips such steps while it looks for its scale
    assert [steep.seen(i, {"loss": 1.0, "grad_norm": n}) for i, n in enumerate(norms)] == [None] * 5


def test_settings_of_the_payload() -> None:
    assert fed(DivergenceGuard.of({"divergence": False}), [1.0, math.nan] + [1e9] * 50, grad_norm=1e9) is None
    assert fed(DivergenceGuard.of({"loss_factor": 10.0}), [1.0] * 20 + [8.0] * 50) is None
    assert fed(DivergenceGuard.of({"gradient_norm": 1.0, "gradient_rows": 2}), [1.0, 1.0], grad_norm=1.5) is not None
    stopping = EarlyStopping.of({"early_stopping_patience": 1, "early_stopping_metric": "x", "early_stopping_delta": 2})
    assert evaluated(stopping, [1.0, 2.0], "x") is not None


@given(st.lists(st.floats(0.01, 2.0), max_size=40), st.floats(0.001, 999.0))
def test_bounded_losses_never_diverge(losses: list[float], norm: float) -> None:
    assert fed(DivergenceGuard(), losses, grad_norm=norm) is None


def test_needs_the_standard_library_only() -> None:
    code = "import Trainers.common.guards, Trainers.common.ending, Trainers.common.throughput, Trainers.common.mirrors"
    assert run_python(code, standard_library_only=True).returncode == 0
