"""The third layer of validation: what the dataset and the model folder say against the configuration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tuner.core.issues import Severity
from tuner.core.job import JobConfiguration
from tuner.data.checks import dataset_issues, model_issues

ROWS = "".join(json.dumps({"text": f"row {i}"}) + "\n" for i in range(20))
OTHERS = "".join(json.dumps({"text": f"other {i}"}) + "\n" for i in range(3))
NUL = chr(0)
_HEADER = json.dumps({"a": {"dtype": "U8", "shape": [3], "data_offsets": [0, 3]}})
WEIGHTS = f"{chr(len(_HEADER))}{NUL * 7}{_HEADER}abc"
"""A whole safetensors file of three bytes of weights."""


def job(**sections: object) -> JobConfiguration:
    return JobConfiguration.model_validate(sections)


def put(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_rows_are_counted_and_split(tmp_path: Path) -> None:
    data = put(tmp_path / "a.jsonl", ROWS)
    issues, facts, (report,) = dataset_issues(job(datasets={"training": data, "validation_fraction": 0.1}))
    assert (issues, facts, report.rows) == ([], {"training_rows": 18, "validation_rows": 2}, 20)


def test_a_validation_file_is_counted_by_itself(tmp_path: Path) -> None:
    data, other = put(tmp_path / "a.jsonl", ROWS), put(tmp_path / "b.jsonl", OTHERS)
    issues, facts, reports = dataset_issues(job(datasets={"training": data, "validation": other}))
    assert (issues, facts, len(reports)) == ([], {"training_rows": 20, "validation_rows": 3}, 2)


@pytest.mark.parametrize("named", [None, "/nowhere/a.jsonl"])
def test_what_is_not_there_is_another_layers_business(named: str | None) -> None:
    assert dataset_issues(job(datasets={"training": named})) == ([], {}, [])


@pytest.mark.parametrize(
    ("labels", "said"), [("true", "all 8 rows are labelled true"), ("false", "add rows labelled true")]
)
def test_labels_of_one_kind_need_a_yes(tmp_path: Path, labels: str, said: str) -> None:
    rows = "".join(f'{{"prompt": "{i}", "completion": "x", "label": {labels}}}\n' for i in range(8))
    issues, _, _ = dataset_issues(job(objective="kto", datasets={"training": put(tmp_path / "a.jsonl", rows)}))
    (issue,) = [i for i in issues if i.code == "ONE_LABEL"]
    assert issue.severity is Severity.WARNING
    assert said in f"{issue.message} {issue.hint}"
    both = put(
        tmp_path / "b.jsonl",
        rows
        + '{"prompt": "q", "completion": "x", "label": true}\n' * (labels == "false")
        + '{"prompt": "q", "completion": "x", "label": false}\n' * (labels == "true"),
    )
    issues, _, _ = dataset_issues(job(objective="kto", datasets={"training": both}))
    assert "ONE_LABEL" not in {i.code for i in issues}


def test_rows_left_out_need_a_yes(tmp_path: Path) -> None:
    data = put(tmp_path / "a.jsonl", ROWS + "{\n" * 7)
    (issue,), facts, _ = dataset_issues(job(datasets={"training": data}))
    assert (issue.path, issue.severity, issue.code) == ("datasets.training", Severity.WARNING, "ROWS_SKIPPED")
    assert "7 of 27 rows" in issue.message
    assert "(lines 21, 22, 23, 24, 25: not valid JSON" in issue.message
    assert "and 2 more" in issue.message
    assert facts["training_rows"] == 18


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.jsonl", "{\n", "no row that can be used (line 1"),
        ("b.jsonl", "", "no row"),
        ("c.json", "{", "not valid JSON"),
    ],
)
def test_a_file_of_no_use_is_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    issues, _, _ = dataset_issues(job(datasets={"training": put(tmp_path / name, text)}))
    assert [(i.severity, i.code) for i in issues if i.is_error] == [(Severity.ERROR, "DATA_INVALID")]
    assert said in issues[0].message


def test_that_nothing_will_be_evaluated_is_said(tmp_path: Path) -> None:
    data = put(tmp_path / "a.jsonl", ROWS)
    datasets = {"training": data, "validation_fraction": 0.0}
    (issue,), _, _ = dataset_issues(job(datasets=datasets))
    assert (issue.severity, issue.code) == (Severity.INFO, "NO_VALIDATION")
    assert dataset_issues(job(datasets=datasets, schedule={"evaluations": 0}))[0] == []


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    put(folder / "config.json", '{"max_position_embeddings": 1024}')
    put(folder / "model.safetensors", WEIGHTS)
    put(folder / "chat_template.jinja", "{{ messages }}")
    return folder


def told(folder: Path, **sections: object) -> list[tuple[str, str]]:
    sections = {"schedule": {"sequence_length": 1024}, **sections}
    return [(i.path, i.code) for i in model_issues(job(model={"base_model": str(folder)}, **sections))]


def test_a_model_folder_that_fits(model: Path) -> None:
    assert told(model) == []
    assert told(model.parent) == []
    assert list(model_issues(job())) == []


def test_rows_longer_than_the_context(model: Path) -> None:
    assert told(model, schedule={"sequence_length": 2048}) == [("schedule.sequence_length", "CONTEXT_LENGTH")]


@pytest.mark.parametrize(
    ("more", "longest", "severity"),
    [
        ({}, 0, Severity.WARNING),
        ({}, 1500, Severity.WARNING),
        ({}, 900, Severity.INFO),  # no row reaches beyond it
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, 1500, Severity.INFO),
    ],
)
def test_what_lies_beyond_the_context_needs_a_yes_where_rows_may_reach_it(
    model: Path, more: dict[str, object], longest: int, severity: Severity
) -> None:
    config = model / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), **more}))
    long = job(model={"base_model": str(model)}, schedule={"sequence_length": 2048})
    (issue,) = model_issues(long, longest)
    assert (issue.code, issue.severity) == ("CONTEXT_LENGTH", severity)
    assert ("is enough" in issue.hint) == (longest == 900)


def test_pretraining_joins_short_texts_beyond_the_context(model: Path) -> None:
    joined = job(objective="pretrain", model={"base_model": str(model)}, schedule={"sequence_length": 2048})
    (issue,) = model_issues(joined, 900)
    assert (issue.code, issue.severity) == ("CONTEXT_LENGTH", Severity.WARNING)


def test_a_folder_without_weights(model: Path) -> None:
    (model / "model.safetensors").unlink()
    assert told(model) == [("model.base_model", "MODEL_LOAD_FAILED")]


@pytest.mark.parametrize("text", ["{", "\xff"])
def test_a_broken_config(model: Path, text: str) -> None:
    (model / "config.json").write_text(text, encoding="latin-1")
    assert told(model) == [("model.base_model", "MODEL_LOAD_FAILED")]


@pytest.mark.parametrize("tokenizer", [None, "{", "[]", '{"chat_template": ""}'])
def test_a_model_without_a_template_cannot_chat(model: Path, tokenizer: str | None) -> None:
    (model / "chat_template.jinja").unlink()
    if tokenizer is not None:
        put(model / "tokenizer_config.json", tokenizer)
    assert told(model) == [("model.base_model", "MODEL_INCOMPATIBLE")]
    assert told(model, objective="pretrain") == []
    put(model / "tokenizer_config.json", '{"chat_template": "{{ messages }}"}')
    assert told(model) == []


def test_a_config_that_is_no_object(model: Path) -> None:
    put(model / "config.json", "[]")
    assert told(model) == [("model.base_model", "MODEL_LOAD_FAILED")]


@pytest.mark.parametrize("cut", range(len(WEIGHTS)))
def test_weights_that_are_cut_short(model: Path, cut: int) -> None:
    put(model / "model.safetensors", WEIGHTS[:cut])
    assert told(model) == [("model.base_model", "MODEL_LOAD_FAILED")]


@pytest.mark.parametrize("header", ["[]", '{"a": 1}', '{"a": {}}', '{"a": {"data_offsets": []}}', "\x00"])
def test_weights_whose_header_makes_no_sense(model: Path, header: str) -> None:
    put(model / "model.safetensors", f"{chr(len(header))}{NUL * 7}{header}")
    assert told(model) == [("model.base_model", "MODEL_LOAD_FAILED")]


def test_weights_in_several_files_must_all_be_there(model: Path) -> None:
    index = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    put(model / "model.safetensors.index.json", json.dumps(index))
    assert told(model) == [("model.base_model", "MODEL_LOAD_FAILED")]
    put(model / "model-2.safetensors", WEIGHTS)
    assert told(model) == []
    put(model / "model.safetensors.index.json", "{")
    assert told(model) == []
