"""Learning rates, plans and batches: pure arithmetic, compared with what transformers does."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from Trainers.mlx.batches import epoch_groups
from Trainers.mlx.plan import make_plan
from Trainers.mlx.schedules import Schedule, mlx_schedule

CASES = [
    (Schedule("cosine", 2e-4, 0.1), "cosine", {"num_cycles": 0.5}),
    (Schedule("cosine", 2e-4, 0.25, cycles=1.5), "cosine", {"num_cycles": 1.5}),
    (Schedule("cosine", 2e-4, 0.1, 0.3), "cosine_with_min_lr", {"num_cycles": 0.5, "min_lr_rate": 0.3}),
    (Schedule("linear", 2e-4, 0.33), "linear", {}),
    (Schedule("linear", 2e-4, 0.1, 0.2), "polynomial", {"lr_end": 0.2 * 2e-4, "power": 1.0}),
    (Schedule("polynomial", 2e-4, 0.0, 0.0), "polynomial", {"lr_end": 0.0, "power": 1.0}),
    (Schedule("constant", 2e-4, 0.5), "constant", {}),
    (Schedule("constant_with_warmup", 2e-4, 0.5), "constant_with_warmup", {}),
]


@pytest.mark.parametrize(("ours", "name", "more"), CASES, ids=[f"{c[1]}-{i}" for i, c in enumerate(CASES)])
@pytest.mark.parametrize("total", [2, 7, 40])
def test_rates_are_those_of_transformers_at_every_step(
    ours: Schedule, name: str, more: dict[str, float], total: int
) -> None:
    torch = pytest.importorskip("torch")
    mx = pytest.importorskip("mlx.core")
    from transformers import TrainingArguments
    from transformers.optimization import get_scheduler

    warmup = TrainingArguments("unused", warmup_steps=ours.warmup_ratio, use_cpu=True).get_warmup_steps(total)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=ours.peak)
    theirs = get_scheduler(name, optimizer, warmup, total, scheduler_specific_kwargs=more)
    expected = []
    for _ in range(total):
        expected.append(theirs.get_last_lr()[0])
        optimizer.step()
        theirs.step()
    assert ours.rates(total)[:total] == pytest.approx(expected, rel=1e-9, abs=1e-18)
    schedule = mlx_schedule(ours.rates(total))
    in_mlx = [schedule(mx.array(step, mx.uint64)).item() for step in range(total)]
    assert in_mlx == pytest.approx(expected, rel=1e-6, abs=1e-12)
    assert schedule(mx.array(total + 5)).item() == pytest.approx(ours.rates(total)[-1], rel=1e-6, abs=1e-12)


def test_an_unknown_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="nonesuch"):
        Schedule("nonesuch", 1.0).rates(3)


def arguments(**changed: object) -> dict[str, object]:
    made: dict[str, object] = {
        "batch_size": 2,
        "gradient_accumulation_steps": 4,
        "epochs": 3,
        "max_steps": None,
        "logging_steps": 5,
        "save_steps": None,
        "eval_steps": None,
    }
    return {**made, **changed}


def test_steps_are_optimizer_steps_and_iterations_are_batches() -> None:
    plan = make_plan(arguments(), {"checkpoints": 2, "evaluations": 4}, 20, True)
    assert (plan.steps, plan.iterations) == (9, 36), "20 rows are 2.5 steps of 8 rows, three times"
    assert [s for s in range(1, 10) if plan.saves_at(s)] == [5, 9]
    assert [s for s in range(1, 10) if plan.evaluates_at(s)] == [3, 6, 9]
    assert [s for s in range(1, 10) if plan.logs_at(s)] == [5, 9]


def test_intervals_rule_over_counts_and_nothing_is_evaluated_without_rows() -> None:
    given_steps = arguments(max_steps=10, save_steps=4, eval_steps=3)
    plan = make_plan(given_steps, {"checkpoints": 1, "evaluations": 1}, 20, False)
    assert [s for s in range(1, 11) if plan.saves_at(s)] == [4, 8, 10]
    assert not any(plan.evaluates_at(s) for s in range(1, 11))
    none = make_plan(arguments(), {"checkpoints": 0}, 20, True)
    assert not any(none.saves_at(s) or none.evaluates_at(s) for s in range(1, 10))


@given(
    lengths=st.lists(st.integers(1, 50), min_size=1, max_size=60),
    batch_size=st.integers(1, 5),
    accumulation=st.integers(1, 5),
    seed=st.integers(0, 9),
)
def test_each_epoch_has_every_row_once_in_whole_steps(
    lengths: list[int], batch_size: int, accumulation: int, seed: int
) -> None:
    groups = epoch_groups(lengths, batch_size, accumulation, random.Random(seed))
    assert len(groups) == -(-len(lengths) // (batch_size * accumulation))
    assert all(len(group) == accumulation for group in groups)
    assert all(len(rows) <= batch_size for group in groups for rows in group)
    assert Counter(i for group in groups for rows in group for i in rows) == Counter(range(len(lengths)))
    assert groups == epoch_groups(lengths, batch_size, accumulation, random.Random(seed))
