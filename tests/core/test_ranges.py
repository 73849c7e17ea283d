"""Hard ranges: each bound holds, exactly, and gives way only to a user who names the parameter."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.core.issues import Issue
from tuner.core.job import JobConfiguration
from tuner.core.job_issues import parse_job
from tuner.core.ranges import PARAMETER_RANGES, PRETRAIN_RANGES, ParameterRange, ranges_for

# As the design writes them: minimum, maximum, default.
DESIGNED = {
    "schedule.epochs": (1, 20, 3),
    "schedule.batch_size": (1, 64, 4),
    "schedule.sequence_length": (512, 33000, 2048),
    "schedule.gradient_accumulation": (1, 16, 1),
    "schedule.checkpoints": (0, 10, 1),
    "schedule.evaluations": (0, 20, 1),
    "optimizer.learning_rate": (0, 1, 1e-5),
    "optimizer.weight_decay": (0, 1, 0),
    "optimizer.max_gradient_norm": (0, 10, 1),
    "optimizer.scheduler.warmup_ratio": (0, 1, 0),
    "optimizer.scheduler.min_lr_ratio": (0, 1, 0),
    "optimizer.scheduler.cycles": (0.1, 2.0, 0.5),
    "method.lora.rank": (1, 256, 8),
    "method.lora.alpha": (1, 512, 16),
    "method.lora.dropout": (0, 1, 0),
}


def nested(path: str, value: object) -> dict[str, object]:
    head, _, rest = path.partition(".")
    return {head: nested(rest, value) if rest else value}


def at(job: JobConfiguration, path: str) -> object:
    here: object = job
    for key in path.split("."):
        here = getattr(here, key)
    return here


def problems(values: dict[str, object]) -> list[Issue]:
    return [i for i in parse_job(values)[1] if i.is_error]


def test_the_ranges_are_those_of_the_design() -> None:
    assert {p: (r.minimum, r.maximum, r.default) for p, r in PARAMETER_RANGES.items()} == DESIGNED


@pytest.mark.parametrize("path", PARAMETER_RANGES)
def test_the_default_of_the_model_is_the_default_of_the_range(path: str) -> None:
    assert at(JobConfiguration(), path) == PARAMETER_RANGES[path].default


@pytest.mark.parametrize("path", PARAMETER_RANGES)
def test_both_bounds_belong_to_the_range(path: str) -> None:
    for bound in (DESIGNED[path][0], DESIGNED[path][1]):
        job, issues = parse_job(nested(path, bound))
        assert issues == []
        assert job is not None
        assert at(job, path) == bound


@pytest.mark.parametrize("path", PARAMETER_RANGES)
@pytest.mark.parametrize("side", ["below", "above"])
def test_beyond_a_bound_is_refused_with_the_way_out(path: str, side: str) -> None:
    allowed = PARAMETER_RANGES[path]
    step = 1 if allowed.integer else 1e-6
    value = allowed.minimum - step if side == "below" else allowed.maximum + step
    (issue,) = problems(nested(path, value))
    assert (issue.path, issue.code) == (path, "OUT_OF_RANGE")
    assert str(allowed) in issue.message
    assert f"{path} to metadata.override_ranges" in issue.hint


@pytest.mark.parametrize("path", ["schedule.epochs", "optimizer.learning_rate"])
def test_the_user_may_set_a_range_aside_for_that_parameter_alone(path: str) -> None:
    overridden: dict[str, object] = {**nested(path, 100), "metadata": {"override_ranges": [path]}}
    job, issues = parse_job(overridden)
    assert issues == []
    assert job is not None
    assert job.overridden_ranges == {path}
    other = {**overridden, "seed": 1, "method": {"lora": {"rank": 1000}}}
    assert [i.path for i in problems(other)] == ["method.lora.rank"]


def test_override_ranges_must_be_a_list() -> None:
    (issue,) = problems({"metadata": {"override_ranges": "schedule.epochs"}})
    assert issue.path == "metadata.override_ranges"


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, 10**400, -(10**400)], ids=["nan", "inf", "-inf", "huge", "-huge"]
)
def test_numbers_beyond_all_measure_are_refused(value: float) -> None:
    for path in ("schedule.epochs", "optimizer.learning_rate"):
        assert path in {i.path for i in problems(nested(path, value))}


def test_pretraining_has_wider_ranges() -> None:
    assert ranges_for("pretrain") is PRETRAIN_RANGES
    assert ranges_for("sft") is ranges_for("anything") is PARAMETER_RANGES
    values: dict[str, object] = {"schedule": {"sequence_length": 8, "epochs": 1000, "batch_size": 4096}}
    assert problems({"objective": "pretrain", **values}) == []
    assert {i.path for i in problems({"objective": "sft", **values})} == {
        "schedule.sequence_length",
        "schedule.epochs",
        "schedule.batch_size",
    }


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(allow_nan=True))
def test_contains_is_a_closed_interval(first: float, second: float, value: float) -> None:
    low, high = sorted((first, second))
    allowed = ParameterRange(low, high, low)
    assert allowed.contains(value) == (value >= low and value <= high)
    assert allowed.contains(low)
    assert allowed.contains(high)
