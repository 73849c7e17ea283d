"""What is changed after a run out of memory, in which order, and when it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given

from tests.support.jobs import job, jobs
from tuner.core.backend_protocol import Capabilities
from tuner.core.enums import MethodType, Objective, Optimization, Precision
from tuner.core.job import JobConfiguration
from tuner.core.memory_fix import Change, propose_fix, with_changes

CHECKPOINTING = Optimization.GRADIENT_CHECKPOINTING
ALL = Capabilities(
    objectives=list(Objective), methods=list(MethodType), precisions=list(Precision), optimizations=list(Optimization)
)


def _tokens_at_once(config: JobConfiguration) -> int:
    """A need that grows with the batch and its length, and is a tenth with checkpointing."""
    whole = config.schedule.batch_size * config.schedule.sequence_length
    return whole // 10 if CHECKPOINTING in config.optimizations.enabled else whole


def _fixed(config: JobConfiguration, **how: object) -> dict[str, object]:
    return {c.path: c.after for c in propose_fix(config, {}, **how)}  # type: ignore[arg-type]  # keywords as given


def test_the_batch_is_halved_first_and_the_effective_batch_stays() -> None:
    found = propose_fix(job(schedule={"batch_size": 8, "gradient_accumulation": 2}), {})
    assert [(c.path, c.before, c.after) for c in found] == [
        ("schedule.batch_size", 8, 4),
        ("schedule.gradient_accumulation", 2, 4),
    ]
    assert "4 x 4 is 16 examples a step, as before" in found[1].why


@pytest.mark.parametrize(("batch", "after"), [(6, (3, 2)), (3, (1, 3)), (5, (1, 5)), (9, (3, 3))])
def test_an_odd_batch_is_divided_by_what_keeps_it_whole(batch: int, after: tuple[int, int]) -> None:
    found = _fixed(job(schedule={"batch_size": batch}))
    assert (found["schedule.batch_size"], found["schedule.gradient_accumulation"]) == after


def test_it_goes_on_until_it_fits() -> None:
    found = _fixed(
        job(schedule={"batch_size": 8, "sequence_length": 1024}), need=_tokens_at_once, available=2_500, can=ALL
    )
    assert found == {"schedule.batch_size": 2, "schedule.gradient_accumulation": 4}


def test_checkpointing_comes_when_the_batch_is_one_and_shorter_rows_come_last() -> None:
    config = job(schedule={"batch_size": 2, "sequence_length": 4096})
    found = propose_fix(config, {}, need=_tokens_at_once, available=200, can=ALL, truncated=lambda length: 7)
    assert [c.path for c in found] == [
        "schedule.batch_size",
        "schedule.gradient_accumulation",
        "optimizations.enabled",
        "schedule.sequence_length",
    ]
    assert found[2].after == ["gradient_checkpointing", "fused_kernels"]
    assert found[3].after == 1024
    assert found[3].why == "7 rows are truncated"


def test_a_run_that_was_thought_to_fit_must_need_clearly_less() -> None:
    found = _fixed(job(schedule={"batch_size": 4}), need=_tokens_at_once, available=10**12)
    assert found == {"schedule.batch_size": 2, "schedule.gradient_accumulation": 2}


def test_kto_keeps_two_examples_and_accumulation_its_range() -> None:
    kto = job(objective="kto", schedule={"batch_size": 2, "sequence_length": 512})
    assert _fixed(kto) == {"optimizations.enabled": ["gradient_checkpointing"]}
    full = job(schedule={"batch_size": 8, "gradient_accumulation": 16})
    assert "schedule.batch_size" not in _fixed(full)


def test_what_the_backend_lacks_is_not_proposed() -> None:
    none = ALL.model_copy(update={"optimizations": []})
    config = job(schedule={"batch_size": 1, "sequence_length": 1024})
    assert _fixed(config, can=none) == {"schedule.sequence_length": 512}
    assert _fixed(job(schedule={"batch_size": 1, "sequence_length": 512}), can=none) == {}


def test_a_smaller_optimizer_is_for_training_all_weights() -> None:
    can = ALL.model_copy(update={"optimizations": [Optimization.OPTIMIZER_8BIT]})
    short = {"batch_size": 1, "sequence_length": 512}
    assert _fixed(job(schedule=short), can=can) == {}
    assert _fixed(job(schedule=short, method={"type": "full"}), can=can) == {
        "optimizations.enabled": ["optimizer_8bit"]
    }
    assert _fixed(job(schedule=short, method={"type": "full"}, optimizer={"type": "sgd"}), can=can) == {}


def test_rows_shorter_than_the_limit_are_halved_from_their_own_length() -> None:
    config = job(schedule={"batch_size": 1, "sequence_length": 8192})
    none = ALL.model_copy(update={"optimizations": []})
    (found,) = propose_fix(config, {"longest_row": 3000}, can=none)
    assert (found.before, found.after) == (8192, 1500)
    assert found.why == "rows longer than that are truncated"


def test_a_change_is_told_as_json_tells_it() -> None:
    assert Change("a.b", 1, 2, "why").as_dict() == {"path": "a.b", "before": 1, "after": 2, "why": "why"}


def _nothing_fits(config: JobConfiguration) -> int:
    return 10**15


@given(jobs())
def test_any_job_ends_with_a_valid_configuration_that_learns_the_same_batches(config: JobConfiguration) -> None:
    needs: tuple[Callable[[JobConfiguration], int] | None, ...] = (None, _nothing_fits, _tokens_at_once)
    for need in needs:
        changes = propose_fix(config, {}, need=need, available=1, can=ALL)
        after = with_changes(config, changes)
        assert all(c.before != c.after for c in changes)
        before = config.schedule.batch_size * config.schedule.gradient_accumulation
        assert after.schedule.batch_size * after.schedule.gradient_accumulation == before
        assert set(config.optimizations.enabled) <= set(after.optimizations.enabled)
