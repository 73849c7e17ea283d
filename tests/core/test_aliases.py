"""Other trainers' names are read as ours, and said so."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.core.aliases import ALIASES, normalise_aliases
from tuner.core.issues import Severity
from tuner.core.job import JobConfiguration, section_class
from tuner.core.job_issues import parse_job

EXAMPLES = {
    "cutoff_len": ("schedule.sequence_length", 4096),
    "max_seq_length": ("schedule.sequence_length", 4096),
    "sequence_len": ("schedule.sequence_length", 4096),
    "per_device_train_batch_size": ("schedule.batch_size", 8),
    "micro_batch_size": ("schedule.batch_size", 8),
    "lora_r": ("method.lora.rank", 64),
    "lora_rank": ("method.lora.rank", 64),
    "num_train_epochs": ("schedule.epochs", 5),
}


def at(job: JobConfiguration | None, path: str) -> object:
    here: object = job
    for key in path.split("."):
        here = getattr(here, key)
    return here


@pytest.mark.parametrize("alias", EXAMPLES)
def test_at_the_top_of_the_file(alias: str) -> None:
    path, value = EXAMPLES[alias]
    job, issues = parse_job({alias: value})
    assert at(job, path) == value
    assert [(i.path, i.severity, i.code) for i in issues] == [(path, Severity.INFO, "ALIAS")]
    assert alias in issues[0].message


@pytest.mark.parametrize(
    ("values", "path", "value"),
    [
        ({"schedule": {"micro_batch_size": 8}}, "schedule.batch_size", 8),
        ({"method": {"lora": {"r": 64}}}, "method.lora.rank", 64),
        ({"method": {"lora_alpha": 32}}, "method.lora.alpha", 32),
        ({"schedule": {"learning_rate": 1e-3}}, "optimizer.learning_rate", 1e-3),
        ({"optimizer": {"warmup_ratio": 0.2}}, "optimizer.scheduler.warmup_ratio", 0.2),
        ({"model": {"model_name": "m"}}, "model.base_model", "m"),
        ({"lr": 1e-3, "optimizer": None}, "optimizer.learning_rate", 1e-3),
    ],
)
def test_inside_a_section(values: dict[str, object], path: str, value: object) -> None:
    job, issues = parse_job(values)
    assert at(job, path) == value
    assert [i.code for i in issues] == ["ALIAS"]


def test_our_own_names_are_left_where_they_are() -> None:
    values: dict[str, object] = {
        "optimizer": {"learning_rate": 1e-3, "weight_decay": 0.1, "scheduler": {"warmup_ratio": 0.1}}
    }
    assert normalise_aliases(values) == (values, [])


@pytest.mark.parametrize(
    "values",
    [
        {"lr": 1e-3, "optimizer": {"learning_rate": 1e-4}},
        {"lora_r": 8, "lora_rank": 16},
        {"lr": 1e-3, "optimizer": "adamw"},
    ],
)
def test_alias_and_real_name_together_are_refused(values: dict[str, object]) -> None:
    job, issues = parse_job(values)
    assert job is None
    (error,) = [i for i in issues if i.is_error]
    assert error.code == "GIVEN_TWICE"
    assert "keep one of" in error.hint


def test_metadata_is_not_ours_to_read() -> None:
    job, issues = parse_job({"metadata": {"lr": 1, "inner": {"lora_r": 2}}})
    assert issues == []
    assert job is not None
    assert job.metadata == {"lr": 1, "inner": {"lora_r": 2}}


def test_every_alias_means_a_parameter_that_exists() -> None:
    for path in ALIASES.values():
        *sections, key = path.split(".")
        section = section_class(tuple(sections))
        assert section is not None
        assert key in section.model_fields


@given(
    st.dictionaries(
        st.sampled_from([*ALIASES, "optimizer", "method"]),
        st.integers() | st.dictionaries(st.sampled_from(list(ALIASES)), st.integers()),
        max_size=5,
    )
)
def test_what_is_given_is_never_changed_in_place(values: dict[str, object]) -> None:
    before = copy.deepcopy(values)
    _, issues = normalise_aliases(values)
    assert values == before
    assert all(i.code in {"ALIAS", "GIVEN_TWICE"} for i in issues)
