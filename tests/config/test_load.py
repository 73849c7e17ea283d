"""From a file's text to a configuration, with the line of each issue, and ``--set`` laid over it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.config.load import dump_job, lines_of, load_job, parse_job_text, with_lines
from tuner.core import ConfigurationError
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration
from tuner.core.ranges import PARAMETER_RANGES

WORDS = [
    *JobConfiguration.model_fields,
    *PARAMETER_RANGES,
    "lora_r",
    "2e-4",
    "sft",
    "null",
    "[",
    "{",
    "&a",
    "*a",
    "!t",
    "- ",
]


def lines_told(text: str) -> list[tuple[str, str, int | None]]:
    return [(i.path, i.code, i.line) for i in parse_job_text(text).issues]


def test_each_issue_stands_on_the_line_of_its_key() -> None:
    text = "objective: sft\nschedule:\n  epochs: 99\n  epoch: 1\noptimizer: {learning_rate: 2}\n"
    assert sorted(lines_told(text)) == [
        ("optimizer.learning_rate", "OUT_OF_RANGE", 5),
        ("schedule.epoch", "UNKNOWN_KEY", 4),
        ("schedule.epochs", "OUT_OF_RANGE", 3),
    ]


def test_what_is_missing_stands_on_the_line_of_its_section() -> None:
    assert lines_told("seed: 1\nintegrations:\n  wandb: {}\n") == [("integrations.wandb.project", "MISSING", 3)]


def test_an_issue_about_nothing_in_the_text_has_no_line() -> None:
    issue = Issue(path="model.base_model", severity=Severity.INFO, code="X", message="m")
    at_line = issue.model_copy(update={"line": 7})
    assert with_lines([issue, at_line], {"seed": 1}) == [issue, at_line]


def test_text_that_is_not_yaml_is_one_issue_with_its_line() -> None:
    loaded = parse_job_text("objective: sft\nschedule: [\n")
    assert loaded.job is None
    (issue,) = loaded.issues
    assert (issue.code, issue.line, issue.severity) == ("YAML_SYNTAX", 3, Severity.ERROR)
    assert issue.hint
    assert lines_of("schedule: [") == {}
    assert lines_of("seed: 1") == {"seed": 1}


@given(
    st.text(max_size=80) | st.lists(st.sampled_from([*WORDS, ": ", ":\n  ", "\n", " ", ", "]), max_size=15).map("".join)
)
def test_arbitrary_text_is_a_configuration_or_issues(text: str) -> None:
    loaded = parse_job_text(text)
    assert (loaded.job is None) == any(i.is_error for i in loaded.issues)
    for issue in loaded.issues:
        assert issue.message
        assert issue.hint or not issue.is_error
        assert issue.line is None or 1 <= issue.line <= text.count("\n") + text.count("\r") + 2


def test_numbers_as_people_write_them() -> None:
    job = parse_job_text("optimizer: {learning_rate: 2e-4}").job
    assert job is not None
    assert job.optimizer.learning_rate == 0.0002


@pytest.mark.parametrize(
    ("item", "path", "value"),
    [
        ("optimizer.learning_rate=2e-4", ("optimizer", "learning_rate"), 2e-4),
        ("schedule.epochs=5", ("schedule", "epochs"), 5),
        ("model.base_model=a=b", ("model", "base_model"), "a=b"),
        (" output.suffix =x", ("output", "suffix"), "x"),
        ("output.suffix=", ("output", "suffix"), None),
        ("output.suffix='1'", ("output", "suffix"), "1"),
        ("metadata.a.b=[1, x]", ("metadata", "a"), {"b": [1, "x"]}),
        ("method.lora.rank=64", ("method", "lora", "rank"), 64),
        ("lora_r=64", ("method", "lora", "rank"), 64),
        ("integrations.wandb.project=p", ("integrations", "wandb", "project"), "p"),
    ],
)
def test_set_lays_a_value_over_the_file(item: str, path: tuple[str, ...], value: object) -> None:
    text = "schedule: {epochs: 2}\nmethod: {lora: {rank: 4}}\nintegrations:\n  wandb: null\n"
    loaded = parse_job_text(text, [item])
    here: object = loaded.job
    for key in path:
        here = here[key] if isinstance(here, dict) else getattr(here, key)
    assert here == value


def test_the_later_set_rules() -> None:
    job = parse_job_text("", ["seed=1", "seed=2"]).job
    assert job is not None
    assert job.seed == 2


@pytest.mark.parametrize("item", ["method.lora.rank=64", "lora_rank=64", "method.lora.r=64"])
def test_a_set_rules_over_an_alias_in_the_file(item: str) -> None:
    loaded = parse_job_text("lora_r: 8\n", [item])
    assert loaded.job is not None
    assert loaded.job.method.lora.rank == 64
    assert {i.code for i in loaded.issues} == {"ALIAS"}


def test_a_text_at_odds_with_itself_is_told_whatever_is_set() -> None:
    loaded = parse_job_text("lora_r: 8\nmethod: {lora: {rank: 4}}\n", ["seed=1"])
    assert loaded.job is None
    assert ("lora_r", "GIVEN_TWICE", 1) in [(i.path, i.code, i.line) for i in loaded.issues]


def test_metadata_keeps_the_names_it_is_given() -> None:
    loaded = parse_job_text("", ["metadata.rtx.lr=3"])
    assert loaded.job is not None
    assert loaded.job.metadata == {"rtx": {"lr": 3}}


@pytest.mark.parametrize(
    "item",
    ["seed", "=1", "", "seed: 1", "seed=[1", "seed.inner=1", "metadata={", "seed=1\nobjective: kto", "seed=x: y"],
)
def test_a_malformed_set_is_refused_with_an_example(item: str) -> None:
    with pytest.raises(ConfigurationError, match="--set") as caught:
        parse_job_text("seed: 3", [item])
    assert caught.value.hint


@given(st.text("abseed.=[]{}: '\"\n#&*1-", max_size=25))
def test_an_arbitrary_set_is_taken_or_refused(item: str) -> None:
    try:
        loaded = parse_job_text("seed: 3", [item])
    except ConfigurationError as error:
        assert error.hint
    else:
        assert (loaded.job is None) == any(i.is_error for i in loaded.issues)


def test_a_wrong_value_from_a_set_is_an_issue_like_any_other() -> None:
    loaded = parse_job_text("seed: 3", ["schedule.epoch=3"])
    assert [(i.path, i.code, i.hint) for i in loaded.issues] == [
        ("schedule.epoch", "UNKNOWN_KEY", "did you mean epochs?")
    ]


def test_a_file_is_read_and_a_missing_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "job.yaml"
    path.write_text("seed: 7\n", encoding="utf-8")
    loaded = load_job(path, ["schedule.epochs=2"])
    assert loaded.job is not None
    assert (loaded.job.seed, loaded.job.schedule.epochs) == (7, 2)
    with pytest.raises(ConfigurationError, match=r"missing\.yaml: no such file"):
        load_job(tmp_path / "missing.yaml")


def test_dumping_reads_back_and_sparse_leaves_defaults_out() -> None:
    job = parse_job_text("seed: 7\noptimizations: {enabled: [sequence_packing]}").job
    assert job is not None
    assert parse_job_text(dump_job(job)).job == job
    sparse = dump_job(job, sparse=True)
    assert sparse == "optimizations:\n  enabled:\n  - sequence_packing\nseed: 7\n"
    assert parse_job_text(sparse).job == job
