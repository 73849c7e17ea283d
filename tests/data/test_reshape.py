"""Rows go into every format that can hold them and come back the same; what a format cannot hold is refused."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.rows import ROWS, answered, labelled, pairs
from tuner.core.enums import DatasetFormat
from tuner.data.bad_record import BadRecord
from tuner.data.formats import convert, detect
from tuner.data.records import read_lines
from tuner.data.reshape import reshape
from tuner.data.row_files import WRITABLE, write_records

USER, ANSWER = {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}
ROW: dict[str, object] = {"prompt": [USER], "completion": [ANSWER]}
PAIR: dict[str, object] = {"prompt": [USER], "chosen": [ANSWER], "rejected": [{**ANSWER, "content": "b"}]}
SYSTEM = {"role": "system", "content": "s"}
CALL = {"type": "function", "function": {"name": "f", "arguments": {"x": 1}}}
FORMATS = [kind for kind in DatasetFormat if kind is not DatasetFormat.AUTO]


def back(record: Mapping[str, object]) -> dict[str, object]:
    """A record as a training script reads it."""
    kind = detect(record)
    assert kind is not None
    return convert(dict(record), kind)


@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(answered(), st.sampled_from(["messages", "conversations", "prompt_completion"]))
def test_conversations_come_back_whole(row: dict[str, object], to: str) -> None:
    (record,) = reshape(row, DatasetFormat(to))
    assert json.loads(json.dumps(back(record))) == row


@settings(max_examples=25)
@given(labelled())
def test_labelled_rows_come_back_whole(row: dict[str, object]) -> None:
    (record,) = reshape(row, DatasetFormat.LABELLED)
    assert back(record) == row


@settings(max_examples=25)
@given(pairs())
def test_pairs_come_back_whole(row: dict[str, object]) -> None:
    (record,) = reshape(row, DatasetFormat.PREFERENCE)
    assert back(record) == row


@given(ROWS, st.sampled_from(FORMATS))
def test_what_a_format_holds_it_gives_back(row: dict[str, object], to: DatasetFormat) -> None:
    try:
        records = reshape(row, to)
    except BadRecord as bad:
        assert bad.code in {"CANNOT_HOLD", "UNWANTED"}
        return
    for record in records:
        again = back(record)
        assert detect(record) is to
        if to is DatasetFormat.ALPACA:
            assert again["prompt"] == row["prompt"]
        assert reshape(again, to) == [record]


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.lists(ROWS, min_size=1, max_size=4), st.sampled_from(FORMATS), st.sampled_from(WRITABLE))
def test_every_kind_of_file_gives_back_what_was_written(
    rows: list[dict[str, object]], to: DatasetFormat, suffix: str
) -> None:
    records = []
    for row in rows:
        try:
            records += reshape(row, to)
        except BadRecord:
            continue
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"x{suffix}")
        with path.open("wb") as out:
            write_records(out, records, to, suffix)
        lines = list(read_lines(path))
    assert [line.problem for line in lines] == [""] * len(records)
    assert [back(line.record or {}) for line in lines] == [back(record) for record in records]


def test_the_other_formats_of_a_conversation() -> None:
    row: dict[str, object] = {"prompt": [SYSTEM, USER, ANSWER, USER], "completion": [ANSWER]}
    assert reshape(row, DatasetFormat.ALPACA) == [
        {"instruction": "q", "input": "", "output": "a", "system": "s", "history": [["q", "a"]]}
    ]
    assert reshape(row, DatasetFormat.TEXT) == [{"text": "s\n\nq\n\na\n\nq\n\na"}]
    calls = {"prompt": [USER], "completion": [{"role": "assistant", "content": "", "tool_calls": [CALL, CALL]}]}
    (record,) = reshape({**calls, "tools": [{"name": "f"}]}, DatasetFormat.CONVERSATIONS)
    assert record["tools"] == '[{"name": "f"}]'
    assert record["conversations"] == [
        {"from": "human", "value": "q"},
        {"from": "function_call", "value": json.dumps([CALL["function"], CALL["function"]])},
    ]


def test_a_pair_is_its_chosen_answer_or_two_labelled_rows() -> None:
    assert reshape(PAIR, DatasetFormat.MESSAGES) == [{"messages": [USER, ANSWER]}]
    assert reshape({**PAIR, "tools": [{}]}, DatasetFormat.LABELLED) == [
        {"prompt": [USER], "tools": [{}], "completion": [ANSWER], "label": True},
        {"prompt": [USER], "tools": [{}], "completion": [{**ANSWER, "content": "b"}], "label": False},
    ]


@pytest.mark.parametrize(
    ("row", "to", "said"),
    [
        ({"text": "x"}, "messages", "plain text"),
        (ROW, "preference", "one answer"),
        (ROW, "labelled", "no label"),
        ({**ROW, "label": False}, "messages", "unwanted"),
        ({**ROW, "tools": [{}]}, "alpaca", "tools"),
        ({**ROW, "tools": [{}]}, "text", "tools"),
        ({"prompt": [USER], "completion": [{**ANSWER, "tool_calls": [CALL]}]}, "text", "tools"),
        ({"prompt": [{**SYSTEM, "content": ""}, USER], "completion": [ANSWER]}, "alpaca", "empty system"),
        ({"prompt": [ANSWER, USER], "completion": [ANSWER]}, "alpaca", "question and answer"),
        ({"prompt": [{**USER, "content": " "}], "completion": [ANSWER]}, "alpaca", "empty question"),
    ],
)
def test_what_cannot_be_held_is_refused(row: dict[str, object], to: str, said: str) -> None:
    with pytest.raises(BadRecord, match=said):
        reshape(row, DatasetFormat(to))
