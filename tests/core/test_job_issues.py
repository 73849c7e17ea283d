"""Any mapping at all becomes a configuration or a list of issues, never a traceback."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.core.issues import Issue, has_errors
from tuner.core.job import JobConfiguration
from tuner.core.job_issues import parse_job
from tuner.core.ranges import PARAMETER_RANGES

KEYS = sorted(
    {*JobConfiguration.model_fields, *".".join(PARAMETER_RANGES).split("."), "type", "lora_r", "lr", "override_ranges"}
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**400), 2**64, "sft", "1e-4", "all-linear", "\ud800", ""]),
    st.floats(),
    st.text(max_size=8),
    st.binary(max_size=4),
    st.dates(),
)
NAMES = st.one_of(st.sampled_from(KEYS), st.text(max_size=6), st.integers(), st.none(), st.booleans())


def trees(children: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.one_of(st.lists(children, max_size=3), st.dictionaries(NAMES, children, max_size=4))


VALUES = st.recursive(SCALARS, trees, max_leaves=12)


def only_errors(values: Mapping[str, object]) -> list[Issue]:
    job, issues = parse_job(values)
    assert (job is None) == has_errors(issues)
    return [i for i in issues if i.is_error]


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_arbitrary_mappings_never_raise(values: dict[str, object]) -> None:
    for issue in only_errors(values):
        assert issue.message
        assert issue.hint
        assert issue.path or issue.message


@given(st.sampled_from(list(PARAMETER_RANGES)), SCALARS | st.lists(SCALARS, max_size=3))
def test_an_arbitrary_value_of_a_real_parameter_is_taken_or_told_at_its_path(path: str, value: object) -> None:
    values: object = value
    for key in reversed(path.split(".")):
        values = {key: values}
    assert isinstance(values, dict)
    told = only_errors(values)
    assert all(i.path.startswith(path) for i in told)


@pytest.mark.parametrize(
    ("values", "path", "meant"),
    [
        ({"shedule": {}}, "shedule", "schedule"),
        ({"schedule": {"epoch": 3}}, "schedule.epoch", "epochs"),
        ({"method": {"lora": {"rnak": 8}}}, "method.lora.rnak", "rank"),
        ({"optimizer": {"scheduler": {"warmupratio": 0.1}}}, "optimizer.scheduler.warmupratio", "warmup_ratio"),
        ({"integrations": {"wandb": {"projct": "x", "project": "x"}}}, "integrations.wandb.projct", "project"),
    ],
)
def test_an_unknown_key_is_an_error_with_a_did_you_mean(values: dict[str, object], path: str, meant: str) -> None:
    (issue,) = only_errors(values)
    assert (issue.path, issue.code, issue.hint) == (path, "UNKNOWN_KEY", f"did you mean {meant}?")


def test_an_unknown_key_like_no_other_lists_what_there_is() -> None:
    (issue,) = only_errors({"output": {"qqqq": 1}})
    assert issue.hint == "known keys here: suffix"


@pytest.mark.parametrize(
    ("values", "path", "hint"),
    [
        ({"objective": "stf"}, "objective", "did you mean sft?"),
        ({"method": {"type": "LORA"}}, "method.type", "did you mean lora?"),
        ({"model": {"precision": "bfloat16"}}, "model.precision", "did you mean bf16?"),
        ({"objective": "zzz"}, "objective", "use one of sft, kto, dpo, pretrain"),
        (
            {"optimizations": {"enabled": ["flashattention"]}},
            "optimizations.enabled.0",
            "did you mean flash_attention?",
        ),
    ],
)
def test_a_value_outside_a_vocabulary(values: dict[str, object], path: str, hint: str) -> None:
    (issue,) = only_errors(values)
    assert (issue.path, issue.code, issue.hint) == (path, "BAD_VALUE", hint)


@pytest.mark.parametrize(
    ("values", "path", "code"),
    [
        ({"schedule": {"epochs": "many"}}, "schedule.epochs", "WRONG_TYPE"),
        ({"schedule": {"epochs": 1.5}}, "schedule.epochs", "WRONG_TYPE"),
        ({"schedule": 3}, "schedule", "WRONG_TYPE"),
        ({"schedule": {"save_steps": 0}}, "schedule.save_steps", "OUT_OF_RANGE"),
        ({"preference": {"beta": 0}}, "preference.beta", "OUT_OF_RANGE"),
        ({"integrations": {"wandb": {}}}, "integrations.wandb.project", "MISSING"),
        ({"seed": 2**32}, "seed", "OUT_OF_RANGE"),
        ({"method": {"lora": {"trainable_modules": 3}}}, "method.lora.trainable_modules", "WRONG_TYPE"),
    ],
)
def test_each_kind_of_mistake_has_its_code_and_a_hint(values: dict[str, object], path: str, code: str) -> None:
    (issue,) = only_errors(values)
    assert (issue.path, issue.code) == (path, code)
    assert issue.hint


def test_a_long_wrong_value_is_shortened() -> None:
    (issue,) = only_errors({"schedule": ["x" * 500]})
    assert len(issue.message) < 200


def test_types_and_ranges_are_told_together() -> None:
    told = only_errors({"schedule": {"epochs": 99, "batch_size": "x"}, "nonsense": 1})
    assert {(i.path, i.code) for i in told} == {
        ("schedule.epochs", "OUT_OF_RANGE"),
        ("schedule.batch_size", "WRONG_TYPE"),
        ("nonsense", "UNKNOWN_KEY"),
    }


@pytest.mark.parametrize("path", ["objective", "seed", "datasets"])
def test_a_number_too_long_to_print_is_told_all_the_same(path: str) -> None:
    (issue,) = only_errors({path: 16**5000})
    assert issue.path == path
    assert len(issue.message) < 300
