"""Rows that stand twice, in one file or on both sides, what a split makes of them, and how long it takes."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.rows import ROWS
from tuner.core.enums import DatasetFormat, Objective
from tuner.core.issues import Severity
from tuner.core.job import JobConfiguration
from tuner.data import dataset_reports, inspect
from tuner.data.checks import dataset_issues
from tuner.data.inspect import Known, inspect_dataset
from tuner.data.report import LISTED, DatasetReport
from tuner.data.seen_rows import SeenRows, content_key, prompt_key
from tuner.data.split import held_out, rows_sha256, split_rows

AUTO, SFT = DatasetFormat.AUTO, Objective.SFT


def row(question: object, answer: object = "a") -> dict[str, object]:
    return {"prompt": f"question {question}", "completion": f"answer {answer}"}


def put(path: Path, *rows: object) -> Path:
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), encoding="utf-8")
    return path


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 64), max_size=400))
def test_the_set_of_rows_is_a_set(keys: list[int]) -> None:
    seen, known = SeenRows(), set()
    for key in keys:
        again = {k & 63 | max(k >> 6, 1) << 6 for k in known}
        assert seen.add(key) is (key & 63 | max(key >> 6, 1) << 6 in again)
        known.add(key)
        assert key in seen
    assert len(seen) == len({(k & 63, max(k >> 6, 1)) for k in known})
    assert 2**70 + 5 not in seen


def test_many_rows_take_little_memory() -> None:
    seen = SeenRows()
    for i in range(40_000):
        assert not seen.add(hash((i, "x")) & (2**64 - 1))
    assert len(seen) == 40_000
    room = sum(len(table.slots) * 8 for table in seen._tables)
    assert room < 17 * 40_000


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(ROWS, ROWS)
def test_equal_rows_and_only_they_have_one_key(one: dict[str, object], other: dict[str, object]) -> None:
    assert content_key(json.loads(json.dumps(one))) == content_key(one)
    same = repr(one) == repr(other)
    assert (content_key(one) == content_key(other)) is same
    if "prompt" in one:
        assert prompt_key({"prompt": one["prompt"]}) == prompt_key(one)


def test_values_that_json_does_not_know_have_keys_too() -> None:
    turn = {"role": "assistant", "content": "", "tool_calls": [{"when": datetime.date(2026, 1, 1)}]}
    made: dict[str, object] = {"prompt": [turn], "completion": [turn]}
    assert content_key(made) == content_key(dict(made))
    assert held_out(made, 1.0, 1)
    assert len(rows_sha256([made])) == 64


def test_copies_are_counted_and_listed_by_line(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", row(1), row(2), row(1), "{", row(1, "b"), *[row(2)] * (LISTED + 3))
    report = inspect_dataset(path, AUTO, SFT)
    assert report.rows == LISTED + 7
    assert report.duplicate_rows == LISTED + 4
    assert [p.line for p in report.remarked("DUPLICATE")] == [3, *range(6, LISTED + 5)]
    assert report.problem_count == 1


def test_what_is_remembered_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect, "SeenRows", lambda: SeenRows(most=3))
    path = put(tmp_path / "x.jsonl", row(1), row(1), row(2), row(3), row(4), row(4), row(2))
    report = inspect_dataset(path, AUTO, SFT)
    assert (report.duplicate_rows, report.compared_rows) == (2, 4)
    issues, _, _ = issues_of(training=str(path))
    assert "(of the first 4; more are not remembered)" in issues["DUPLICATES"][1]


def test_empty_rows_are_counted(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", {"text": ""}, {"text": " "}, {"text": "x"})
    assert inspect_dataset(path, AUTO, SFT).empty_rows == 2


def test_validation_rows_that_are_trained_on(tmp_path: Path) -> None:
    known = Known()
    inspect_dataset(put(tmp_path / "a.jsonl", row(1), row(2), {"text": "x"}), AUTO, SFT, learn=known)
    path = put(tmp_path / "b.jsonl", row(3), row(2), row(1, "other"))
    report = inspect_dataset(path, AUTO, SFT, against=known)
    assert report.leaked_rows == 1
    assert [(r.line, r.code) for r in report.remarks] == [(2, "LEAKED"), (3, "SAME_PROMPT")]


def test_spellings_of_tool_calls_are_counted(tmp_path: Path) -> None:
    path = put(
        tmp_path / "x.jsonl",
        {"prompt": "q", "completion": '<tool_call>{"name": "f"}</tool_call>'},
        {"prompt": "q", "completion": "<tool_call>{"},
        {"prompt": "q", "completion": [{"role": "assistant", "tool_calls": [{"name": "f"}]}]},
        row(1),
    )
    report = inspect_dataset(path, AUTO, SFT)
    assert report.tool_calls == {"qwen": 2, "native": 1}
    assert [(r.line, r.code) for r in report.remarks] == [(2, "BROKEN_CALL")]


def test_a_look_at_the_first_rows(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", *[row(i) for i in range(5)])
    some, whole = (inspect_dataset(path, AUTO, SFT, limit=limit) for limit in (3, 5))
    assert (some.rows, some.sampled) == (3, True)
    assert (whole.rows, whole.sampled) == (5, False)


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, float | None]] = []
    path = put(tmp_path / "x.jsonl", *[row(i) for i in range(1200)])
    inspect_dataset(path, AUTO, SFT, progress=lambda rows, share: told.append((rows, share)))
    assert [rows for rows, _ in told] == [0, 512, 1024]
    assert 0.3 < (told[1][1] or 0) < 0.6


def test_a_mixture_says_what_is_in_it(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", {"text": "x"}, row(1), row(2))
    report = inspect_dataset(path, AUTO, Objective.PRETRAIN)
    assert report.format is DatasetFormat.TEXT
    assert report.formats == {"text": 1, "prompt_completion": 2}


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(ROWS, max_size=6), st.integers(0, 100))
def test_no_prompt_is_on_both_sides(rows: list[dict[str, object]], seed: int) -> None:
    training, validation = split_rows([*rows, *rows], 0.5, seed)
    assert len(training) + len(validation) == 2 * len(rows)
    sides = [{repr(r.get("prompt", r)) for r in side} for side in (training, validation)]
    assert not sides[0] & sides[1]
    assert split_rows([*rows, *rows], 0.5, seed) == (training, validation)


def test_the_hash_of_rows_is_of_their_content_and_order() -> None:
    one: list[dict[str, object]] = [{"a": 1, "b": 2}, {"c": "\ud83d"}]
    assert rows_sha256(one) == rows_sha256([{"b": 2, "a": 1}, {"c": "\ud83d"}])
    assert rows_sha256(one) != rows_sha256(one[::-1])


def issues_of(**datasets: object) -> tuple[dict[str, tuple[Severity, str]], dict[str, int], list[DatasetReport]]:
    issues, facts, reports = dataset_issues(JobConfiguration.model_validate({"datasets": datasets}))
    return {i.code: (i.severity, i.message) for i in issues}, facts, reports


def test_copies_are_a_remark_and_many_are_a_warning(tmp_path: Path) -> None:
    rows = [row(i) for i in range(20)]
    issues, _, _ = issues_of(training=str(put(tmp_path / "a.jsonl", *rows, rows[0])))
    assert issues == {"DUPLICATES": (Severity.INFO, "1 of 21 rows are copies of rows above them (line 21)")}
    issues, _, _ = issues_of(training=str(put(tmp_path / "b.jsonl", *rows * 2, rows[0])))
    assert issues["DUPLICATES"][0] is Severity.WARNING
    assert "21 of 41" in issues["DUPLICATES"][1]
    assert "and 16 more" in issues["DUPLICATES"][1]


def test_leaks_and_shared_prompts_are_told(tmp_path: Path) -> None:
    training = put(tmp_path / "a.jsonl", *[row(i) for i in range(5)])
    validation = put(tmp_path / "b.jsonl", row(1), row(2, "other"), row(7))
    for _ in range(2):  # the second time, what was read is kept
        issues, facts, reports = issues_of(training=str(training), validation=str(validation))
        assert issues["LEAKAGE"] == (Severity.WARNING, "1 of 3 rows are training rows too (line 1)")
        assert issues["SAME_PROMPTS"][0] is Severity.INFO
        assert facts == {"training_rows": 5, "validation_rows": 3}
        assert [r.held_out_rows for r in reports] == [None, None]


def test_calls_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    rows = [row(i) for i in range(20)]
    path = put(tmp_path / "a.jsonl", {"prompt": "q", "completion": "<tool_call>{"}, *rows)
    issues, _, _ = issues_of(training=str(path))
    assert issues == {"TOOL_CALLS": (Severity.INFO, "1 answers hold a tool call that cannot be read (line 1)")}


def test_the_split_is_counted_as_it_will_be(tmp_path: Path) -> None:
    rows = [row(i) for i in range(50)]
    path = put(tmp_path / "a.jsonl", *rows)
    _, facts, (report,) = issues_of(training=str(path), validation_fraction=0.3)
    held = report.held_out_rows
    assert held is not None and 5 < held < 25
    assert facts == {"training_rows": 50 - held, "validation_rows": held}


def test_a_split_that_leaves_nothing_to_train_on_stops_the_launch(tmp_path: Path) -> None:
    path = put(tmp_path / "a.jsonl", *[row("the same", i) for i in range(5)])
    issues, facts, _ = issues_of(training=str(path), validation_fraction=0.999999)
    assert facts == {"training_rows": 0, "validation_rows": 5}
    assert issues["DATA_INVALID"][0] is Severity.ERROR
    assert "none is left to train on" in issues["DATA_INVALID"][1]


def test_a_file_that_did_not_change_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_reports, "_SETTLED", -1.0)
    training, validation = put(tmp_path / "a.jsonl", row(1)), put(tmp_path / "b.jsonl", row(1))
    both = {"training": str(training), "validation": str(validation)}
    first = issues_of(**both)[2]
    assert [r is s for r, s in zip(first, issues_of(**both)[2], strict=True)] == [True, True]
    put(validation, row(1), row(2))
    again = issues_of(**both)
    assert again[2][0] is first[0]
    assert again[2][1].leaked_rows == 1
    assert again[2][1].rows == 2
    for name in "cdefg":
        issues_of(training=str(put(tmp_path / f"{name}.jsonl", row(1))))
    assert len(dataset_reports._kept) <= dataset_reports.KEPT


def test_a_validation_file_alone(tmp_path: Path) -> None:
    issues, facts, _ = issues_of(validation=str(put(tmp_path / "b.jsonl", row(1))))
    assert (issues, facts) == ({}, {"validation_rows": 1})
