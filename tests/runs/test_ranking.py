"""Which checkpoint is best: the criterion, the parts, ties, and the choice in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner import CheckpointInfo
from tuner.core.views import FINAL_STEP
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow
from tuner.runs.ranking import Score, best_index, rank, why_best


def history_of(rows: dict[int, dict[str, float]]) -> MetricHistory:
    made = MetricHistory()
    made.extend(MetricRow(step, values) for step, values in rows.items())
    return made


def checkpoints(history: MetricHistory, steps: Sequence[int]) -> list[CheckpointInfo]:
    return [
        CheckpointInfo(
            path=Path(f"checkpoint-{s}"),
            step=s,
            metrics=history.at_or_before(history.steps[-1] if s == FINAL_STEP and history.steps else s),
            is_final=s == FINAL_STEP,
        )
        for s in steps
    ]


def ranked(
    rows: dict[int, dict[str, float]], steps: Sequence[int], objective: str | None = "sft", by: str | None = None
):
    """(values, step of the best, why)"""
    history = history_of(rows)
    found = checkpoints(history, steps)
    scores = rank(found, history, objective, by)
    best = best_index(found, scores)
    if best is None:
        return [s.value for s in scores], None, None
    return [s.value for s in scores], found[best].step, why_best(found, scores, best)


LOSS = {10: {"loss": 3.0}, 20: {"loss": 1.0}, 30: {"loss": 2.0}}


def test_the_training_loss_decides_where_nothing_was_evaluated() -> None:
    values, best, why = ranked(LOSS, [10, 20, 30])
    assert (values, best) == ([-3.0, -1.0, -2.0], 20)
    assert why == "lowest loss: 1; next is step 30 with 2"


def test_the_validation_loss_rules_over_the_training_loss() -> None:
    rows = {10: {"loss": 3.0, "eval_loss": 1.0}, 20: {"loss": 1.0, "eval_loss": 2.0}}
    values, best, why = ranked(rows, [10, 20])
    assert (values, best) == ([-1.0, -2.0], 10)
    assert why == "lowest eval_loss: 1; next is step 20 with 2"


def test_exact_answers_rule_over_the_validation_loss_and_ties_fall_to_it() -> None:
    rows = {
        10: {"eval_loss": 1.0, "eval_exact_match": 0.5},
        20: {"eval_loss": 3.0, "eval_exact_match": 0.75},
        30: {"eval_loss": 2.0, "eval_exact_match": 0.75},
    }
    values, best, why = ranked(rows, [10, 20, 30])
    assert (values, best) == ([0.5, 0.75, 0.75], 30)
    assert why == "highest eval_exact_match: 0.75 (eval_loss 2); step 20 ties on it, lower validation loss"


def test_of_equals_the_earlier_is_taken_and_final_last() -> None:
    rows = {10: {"loss": 1.0}, 20: {"loss": 1.0}}
    _, best, why = ranked(rows, [FINAL_STEP, 10, 20])
    assert best == 10
    assert why == "lowest loss: 1; step 20 ties on it, the earlier one is taken"


def test_one_criterion_holds_for_the_whole_run_and_none_is_invented() -> None:
    rows = {10: {"loss": 0.1}, 20: {"loss": 5.0, "eval_loss": 4.0}, 30: {"loss": 0.2, "eval_loss": math.nan}}
    values, best, why = ranked(rows, [10, 20, 30])
    assert (values, best) == ([None, -4.0, None], 20)
    assert why == "lowest eval_loss: 4 (the only one with a score)"


@pytest.mark.parametrize("objective", ["sft", "kto", "dpo", "pretrain", None])
def test_without_any_metric_there_is_no_best(objective: str | None) -> None:
    assert ranked({}, [10, FINAL_STEP], objective) == ([None, None], None, None)
    assert ranked({10: {"epoch": 1.0}}, [10], objective) == ([None], None, None)
    assert best_index([], []) is None


def test_kto_averages_since_the_previous_checkpoint() -> None:
    rows = {
        5: {"rewards/margins": 0.2, "kl": 0.1},
        10: {"rewards/margins": 0.4, "kl": 0.3},
        15: {"rewards/margins": 0.9, "kl": 0.1},
        20: {"rewards/margins": 0.3, "kl": 0.2},
    }
    values, best, why = ranked(rows, [10, 20], "kto")
    assert values == [pytest.approx(0.3 / 0.2), pytest.approx(0.6 / 0.15)]
    assert best == 20
    assert why is not None
    assert why.startswith("highest margins ÷ kl: 4 (margins 0.6, kl 0.15); next is step 10 with 1.5")


def test_kto_floors_kl_so_that_an_untrained_model_cannot_win() -> None:
    rows = {10: {"rewards/margins": 0.01, "kl": 0.0}, 20: {"rewards/margins": 0.5, "kl": 0.5}}
    values, best, _ = ranked(rows, [10, 20], "kto")
    assert (values, best) == ([0.2, 1.0], 20)


def test_kto_shows_the_quotient_exactly() -> None:
    values, _, _ = ranked({10: {"rewards/margins": 0.3, "kl": 0.1}}, [10], "kto")
    assert values == [3.0]


def test_values_that_are_not_finite_are_left_out_of_an_average() -> None:
    rows = {5: {"rewards/margins": 0.2, "kl": math.nan}, 10: {"rewards/margins": math.inf, "kl": 0.1}}
    assert ranked(rows, [10], "kto")[0] == [2.0]
    assert ranked({10: {"rewards/margins": 0.2}}, [10], "kto")[0] == [None]


def test_dpo_takes_the_share_of_answers_it_prefers_rightly() -> None:
    rows = {10: {"rewards/accuracies": 0.5, "loss": 0.1}, 20: {"rewards/accuracies": 0.75, "loss": 0.2}}
    values, best, _ = ranked(rows, [10, 20], "dpo")
    assert (values, best) == ([0.5, 0.75], 20)


def test_final_stands_for_the_last_step() -> None:
    values, best, why = ranked(LOSS, [FINAL_STEP, 10, 20])
    assert (values, best) == ([-2.0, -3.0, -1.0], 20)
    assert why == "lowest loss: 1; next is step 10 with 3"
    assert (
        ranked({10: {"loss": 2.0}, 20: {"loss": 1.0}}, [FINAL_STEP, 10])[2] == "lowest loss: 1; next is step 10 with 2"
    )


def test_where_only_final_is_left_to_name() -> None:
    _, best, why = ranked({10: {"eval_loss": 1.0}, 20: {"eval_loss": 2.0}}, [FINAL_STEP, 10])
    assert (best, why) == (10, "lowest eval_loss: 1; next is final with 2")


@pytest.mark.parametrize(
    ("by", "values", "best"),
    [
        ("mean_token_accuracy", [0.5, 0.9], 20),
        ("loss", [-1.0, -2.0], 10),
        ("eval_perplexity", [-3.0, -4.0], 10),
        ("kl", [-0.2, -0.1], 20),
        ("no_such_metric", [None, None], None),
    ],
)
def test_by_a_metric_of_ones_own_choice(by: str, values: list[float | None], best: int | None) -> None:
    rows = {
        10: {"loss": 1.0, "mean_token_accuracy": 0.5, "eval_perplexity": 3.0, "kl": 0.2, "eval_loss": 9.0},
        20: {"loss": 2.0, "mean_token_accuracy": 0.9, "eval_perplexity": 4.0, "kl": 0.1, "eval_loss": 1.0},
    }
    assert ranked(rows, [10, 20], by=by)[:2] == (values, best)


SCORES = st.none() | st.floats(-5, 5)


@given(st.lists(st.tuples(SCORES, st.floats(-3, 0)), min_size=1, max_size=8))
def test_nothing_beats_the_best(pairs: list[tuple[float | None, float]]) -> None:
    found = [CheckpointInfo(path=Path(f"c{i}"), step=i) for i in range(len(pairs))]
    scores = [Score(value, {"by": "x"}, tie) for value, tie in pairs]
    best = best_index(found, scores)
    given_ones = [v for v, _ in pairs if v is not None]
    if not given_ones:
        assert best is None
        return
    assert best is not None
    assert scores[best].value == max(given_ones)
    equals = [i for i, (v, _) in enumerate(pairs) if v == max(given_ones)]
    assert best == min(equals, key=lambda i: (-pairs[i][1], i))
    assert why_best(found, scores, best)
