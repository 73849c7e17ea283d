"""Formats are recognised by their keys, converted into one shape, and refused with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.core.enums import DatasetFormat
from tuner.data.formats import BadRecord, convert, detect

USER, ANSWER = {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}
PAIR = {"prompt": [USER], "completion": [ANSWER]}
CALLS = [{"type": "function", "function": {"name": "f", "arguments": "{}"}}]
NORMAL_CALLS = [{"type": "function", "function": {"name": "f", "arguments": {}}}]
QUESTIONS = ["messages", "conversations", "prompt", "instruction", "input", "tools"]
ANSWERS = ["text", "completion", "output", "chosen", "rejected", "label"]
KEYS = st.sampled_from(QUESTIONS + ANSWERS)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", " ", "user", "assistant", "true", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "from", "content", "value", "tool_calls", "name"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ("text", "text"),
        ("messages", "messages"),
        ("messages tools", "messages"),
        ("conversations", "conversations"),
        ("prompt completion", "prompt_completion"),
        ("instruction output", "alpaca"),
        ("instruction input output text", "alpaca"),
        ("prompt chosen rejected", "preference"),
        ("messages label", "labelled"),
        ("conversations label", "labelled"),
        ("prompt completion label", "labelled"),
        ("prompt", None),
        ("", None),
        ("label", None),
    ],
)
def test_the_keys_say_the_format(keys: str, kind: str | None) -> None:
    found = detect(dict.fromkeys(keys.split()))
    assert (found.value if found else None) == kind


@pytest.mark.parametrize(
    ("record", "shape"),
    [
        ({"text": "plain"}, {"text": "plain"}),
        ({"messages": [USER, ANSWER]}, PAIR),
        ({"prompt": "q", "completion": "a"}, PAIR),
        ({"prompt": [USER], "completion": [ANSWER]}, PAIR),
        ({"instruction": "q", "output": "a"}, PAIR),
        ({"instruction": "q", "input": " ", "output": "a"}, PAIR),
        (
            {"instruction": "q", "input": "more", "output": "a"},
            {**PAIR, "prompt": [{"role": "user", "content": "q\n\nmore"}]},
        ),
        ({"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}, PAIR),
        (
            {"prompt": "q", "chosen": "b", "rejected": [ANSWER]},
            {"prompt": [USER], "chosen": [{"role": "assistant", "content": "b"}], "rejected": [ANSWER]},
        ),
        ({"messages": [USER, ANSWER], "label": True}, {**PAIR, "label": True}),
        ({"prompt": "q", "completion": "a", "label": "False"}, {**PAIR, "label": False}),
        ({"prompt": "q", "completion": "a", "label": "1"}, {**PAIR, "label": True}),
        ({"messages": [USER, ANSWER], "tools": [{"name": "f"}]}, {**PAIR, "tools": [{"name": "f"}]}),
        ({"messages": [USER, ANSWER], "tools": []}, PAIR),
    ],
)
def test_each_format_becomes_the_one_shape(record: dict[str, object], shape: dict[str, object]) -> None:
    kind = detect(record)
    assert kind is not None
    assert convert(record, kind) == shape


def test_system_prompts_tool_calls_and_every_turn_survive() -> None:
    turns = [
        {"role": "system", "content": "be brief"},
        {"from": "human", "value": "weather?"},
        {"role": "assistant", "content": None, "tool_calls": CALLS},
        {"from": "observation", "content": "sun", "tool_call_id": "1", "name": "f"},
        {"role": "assistant", "content": "sunny"},
    ]
    row = convert({"messages": turns}, DatasetFormat.MESSAGES)
    assert row["prompt"] == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "weather?"},
        {"role": "assistant", "content": "", "tool_calls": NORMAL_CALLS},
        {"role": "tool", "content": "sun", "tool_call_id": "1", "name": "f"},
    ]
    assert row["completion"] == [{"role": "assistant", "content": "sunny"}]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"text": ""}, "EMPTY"),
        ({"text": 3}, "MISSING_KEY"),
        ({"text": None}, "MISSING_KEY"),
        ({"messages": []}, "EMPTY"),
        ({"messages": 3}, "EMPTY"),
        ({"messages": {"role": "user"}}, "EMPTY"),
        ({"messages": ["hello"]}, "BAD_TURN"),
        ({"messages": [USER]}, "NO_ANSWER"),
        ({"messages": [ANSWER]}, "NO_PROMPT"),
        ({"messages": [USER, {"role": "assistant", "content": " "}]}, "EMPTY"),
        ({"messages": [USER, {"role": "assistant"}]}, "BAD_TURN"),
        ({"messages": [{"role": "narrator", "content": "x"}, ANSWER]}, "BAD_ROLE"),
        ({"messages": [{"role": ["user"], "content": "x"}, ANSWER]}, "BAD_ROLE"),
        ({"messages": [{"content": "x"}, ANSWER]}, "BAD_ROLE"),
        ({"messages": [USER, ANSWER], "label": "maybe"}, "BAD_LABEL"),
        ({"messages": [USER, ANSWER], "label": 2}, "BAD_LABEL"),
        ({"chosen": "a", "rejected": "b"}, "MISSING_KEY"),
        ({"instruction": "q", "output": ""}, "EMPTY"),
        ({"prompt": " ", "completion": "a"}, "EMPTY"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused_with_a_reason(record: dict[str, object], code: str) -> None:
    kind = detect(record)
    assert kind is not None
    with pytest.raises(BadRecord) as caught:
        convert(record, kind)
    assert caught.value.code == code
    assert caught.value.message


def test_a_label_without_a_conversation_fits_no_format() -> None:
    with pytest.raises(BadRecord, match="keys label") as caught:
        convert({"label": True}, DatasetFormat.LABELLED)
    assert caught.value.code == "UNKNOWN_FORMAT"


@given(st.dictionaries(KEYS, JSON, max_size=5), st.sampled_from(DatasetFormat))
def test_any_record_is_a_shape_or_a_reason(record: dict[str, object], kind: DatasetFormat) -> None:
    try:
        row = convert(record, kind)
    except BadRecord as bad:
        assert bad.code
        assert bad.message
        return
    assert set(row) <= {"text", "prompt", "completion", "chosen", "rejected", "label", "tools"}
    for key in ("prompt", "completion", "chosen", "rejected"):
        turns = row.get(key, [])
        assert isinstance(turns, list)
        assert all(isinstance(t["content"], str) for t in turns)
