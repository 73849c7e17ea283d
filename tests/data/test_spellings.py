"""Every spelling of conversations, tool calls and preference pairs that datasets come in."""

from __future__ import annotations

import json

import pytest

from tuner.data.formats import BadRecord, convert, detect
from tuner.data.tool_calls import DEEPEST, spelling, spelling_problem

USER, ANSWER = {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}
OTHER = {"role": "assistant", "content": "b"}
SYSTEM = {"role": "system", "content": "s"}
PAIR = {"prompt": [USER], "completion": [ANSWER]}
CHOICE = {"prompt": [USER], "chosen": [ANSWER], "rejected": [OTHER]}
CALL = {"type": "function", "function": {"name": "f", "arguments": {"x": 1}}}
CALLING = {"role": "assistant", "content": "", "tool_calls": [CALL]}
SHARED = [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]


def shape(record: dict[str, object]) -> dict[str, object]:
    kind = detect(record)
    assert kind is not None
    return convert(record, kind)


def refusal(record: dict[str, object]) -> tuple[str, str]:
    with pytest.raises(BadRecord) as caught:
        shape(record)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    "call",
    [
        {"tool_calls": [CALL]},
        {"tool_calls": [{"function": {"name": "f", "arguments": '{"x": 1}'}}]},
        {"tool_calls": [{"name": "f", "arguments": {"x": 1}}]},
        {"tool_calls": json.dumps([CALL])},
        {"function_call": {"name": "f", "arguments": '{"x": 1}'}},
    ],
)
@pytest.mark.parametrize("content", [{"content": None}, {"content": ""}, {}])
def test_native_calls_have_one_shape(call: dict[str, object], content: dict[str, object]) -> None:
    row = shape({"messages": [USER, {"role": "assistant", **content, **call}]})
    assert row == {"prompt": [USER], "completion": [CALLING]}


def test_ids_and_thoughts_are_kept() -> None:
    turn = {**CALLING, "tool_calls": [{"id": "1", **CALL}], "reasoning_content": "hm"}
    assert shape({"messages": [USER, turn]})["completion"] == [turn]


@pytest.mark.parametrize("arguments", [None, "", " ", "{}", {}])
def test_a_call_without_arguments(arguments: object) -> None:
    row = shape({"messages": [USER, {"role": "assistant", "tool_calls": [{"name": "f", "arguments": arguments}]}]})
    assert row["completion"] == [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": {}}}],
        }
    ]


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        ({"tool_calls": [{"name": "f", "arguments": "{"}]}, "not valid JSON"),
        ({"tool_calls": [{"name": "f", "arguments": "[1]"}]}, "not a JSON object"),
        ({"tool_calls": [{"name": "f", "arguments": 3}]}, "not a JSON object"),
        ({"tool_calls": [{"name": " "}]}, "no function name"),
        ({"tool_calls": [{"function": "f"}]}, "no function name"),
        ({"tool_calls": ["f"]}, "not an object"),
        ({"tool_calls": {"name": "f"}}, "not a list"),
        ({"tool_calls": "["}, "not valid JSON"),
        ({"function_call": "f"}, "not an object"),
        ({"from": "function_call", "value": "{"}, "not valid JSON"),
        ({"from": "function_call", "value": "[]"}, "calls nothing"),
        ({"from": "function_call", "value": None}, "not an object"),
    ],
)
def test_a_broken_call_is_a_problem(turn: dict[str, object], said: str) -> None:
    code, message = refusal({"messages": [USER, turn if "from" in turn else {"role": "assistant", **turn}, ANSWER]})
    assert code == "BAD_TOOL_CALL"
    assert said in message
    assert "messages[1]" in message


def test_nesting_ends_somewhere() -> None:
    deep: object = 1
    for _ in range(DEEPEST + 2):
        deep = [deep]
    assert refusal({"messages": [USER, ANSWER], "tools": [{"x": deep}]})[0] == "TOO_DEEP"
    call = {"name": "f", "arguments": {"x": deep}}
    assert refusal({"messages": [USER, {"role": "assistant", "tool_calls": [call]}]})[0] == "TOO_DEEP"


@pytest.mark.parametrize("tools", ['[{"name": "f"}]', [{"name": "f"}], {"name": "f"}, '{"name": "f"}'])
def test_tools_are_a_list_however_they_are_written(tools: object) -> None:
    assert shape({"messages": [USER, ANSWER], "tools": tools})["tools"] == [{"name": "f"}]


@pytest.mark.parametrize("tools", ["[]", " ", [], None])
def test_no_tools(tools: object) -> None:
    assert shape({"messages": [USER, ANSWER], "tools": tools}) == PAIR


@pytest.mark.parametrize(("tools", "code"), [("{", "BAD_TOOL_CALL"), ("3", "BAD_TOOLS"), (["f"], "BAD_TOOLS")])
def test_tools_that_are_none(tools: object, code: str) -> None:
    assert refusal({"messages": [USER, ANSWER], "tools": tools})[0] == code


@pytest.mark.parametrize(
    ("text", "kind", "whole"),
    [
        ("hello", "", True),
        ('<tool_call>\n{"name": "f"}\n</tool_call>', "qwen", True),
        ('<tool_call>{"name": "f"}</tool_call> and <tool_call>{"name": "g"}</tool_call>', "qwen", True),
        ("<tool_call><function=f><parameter=x>1</parameter></function></tool_call>", "qwen", True),
        ('<tool_call>{"name": "f"</tool_call>', "qwen", False),
        ('<tool_call>{"name": "f"}', "qwen", False),
        ('[TOOL_CALLS] [{"name": "f"}]', "mistral", True),
        ('[TOOL_CALLS] [{"name": "f"]', "mistral", False),
        ('[TOOL_CALLS]f{"x": 1}', "mistral", True),
        ('I will.\ntool_call: f\narguments: {"x": 1}\n', "text", True),
        ("tool_call: f\narguments: {x}", "text", False),
        ("a tool_call: is nothing yet", "", True),
    ],
)
def test_textual_calls_stay_text_and_are_looked_at(text: str, kind: str, whole: bool) -> None:
    assert shape({"messages": [USER, {"role": "assistant", "content": text}]})["completion"] == [
        {"role": "assistant", "content": text}
    ]
    assert spelling(text) == kind
    assert (spelling_problem(text) == "") is whole


@pytest.mark.parametrize(
    ("record", "prompt"),
    [
        ({"conversations": SHARED, "system": "s"}, [SYSTEM, USER]),
        ({"messages": [USER, ANSWER], "system_prompt": "s"}, [SYSTEM, USER]),
        ({"messages": [SYSTEM, USER, ANSWER], "system": "s"}, [SYSTEM, USER]),
        ({"messages": [USER, ANSWER], "system": ""}, [USER]),
        ({"prompt": "q", "completion": "a", "system": "s"}, [SYSTEM, USER]),
        ({"instruction": "q", "output": "a", "system": "s", "history": [["x", "y"]]},
         [SYSTEM, {"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}, USER]),
        ({"instruction": "q", "output": "a", "history": ""}, [USER]),
        ({"messages": json.dumps([USER, ANSWER])}, [USER]),
        ({"messages": [USER, ANSWER], "prompt": None, "text": None, "label": None}, [USER]),
        ({"text": None, "messages": None, "instruction": "q", "output": "a"}, [USER]),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}, ANSWER]}, [USER]),
        ({"conversations": [SHARED[0], {"from": "function_call", "value": json.dumps(CALL["function"])},
                            {"from": "observation", "value": {"r": "ü"}}, SHARED[1]]},
         [USER, CALLING, {"role": "tool", "content": '{"r": "ü"}'}]),
    ],
)  # fmt: skip
def test_system_prompts_history_and_other_names_survive(record: dict[str, object], prompt: list[object]) -> None:
    assert shape(record) == {"prompt": prompt, "completion": [ANSWER]}


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"messages": [SYSTEM, USER, ANSWER], "system": "other"}, "BAD_TURN"),
        ({"messages": [USER, ANSWER], "system": 3}, "BAD_TURN"),
        ({"messages": "hello"}, "BAD_TURN"),
        ({"messages": "3"}, "BAD_TURN"),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}, ANSWER]}, "BAD_TURN"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}, ANSWER]}, "BAD_TURN"),
        ({"messages": [{"role": "user", "content": {"a": 1}}, ANSWER]}, "BAD_TURN"),
        ({"messages": [{"role": "user", "content": ""}, ANSWER]}, "EMPTY"),
        ({"messages": [{"from": "user", "value": ""}, {"from": "gpt", "value": " "}]}, "EMPTY"),
        ({"instruction": "q", "output": "a", "history": [["x"]]}, "BAD_TURN"),
        ({"instruction": "q", "output": "a", "history": {"x": 1}}, "BAD_TURN"),
        ({"prompt": "q", "completion": [USER]}, "NO_ANSWER"),
        ({"prompt": {"role": "user", "content": 3}, "completion": "a"}, "BAD_TURN"),
    ],
)
def test_what_is_not_whole_is_refused(record: dict[str, object], code: str) -> None:
    assert refusal(record)[0] == code


@pytest.mark.parametrize("label", [True, 1, 1.0, "1", "True", " true "])
@pytest.mark.parametrize(
    "record",
    [
        {"messages": [USER, ANSWER]},
        {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]},
        {"prompt": "q", "completion": "a"},
        {"instruction": "q", "output": "a"},
    ],
)
def test_every_labelled_form(record: dict[str, object], label: object) -> None:
    assert shape({**record, "label": label}) == {**PAIR, "label": True}


def test_a_topic_is_no_label() -> None:
    assert shape({"instruction": "q", "output": "a", "label": "geography"}) == PAIR


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": "q", "chosen": "a", "rejected": "b"},
        {"question": "q", "chosen": "a", "rejected": "b"},
        {"instruction": "q", "input": "", "chosen": "a", "rejected": "b"},
        {"prompt": [USER], "chosen": [ANSWER], "rejected": OTHER},
        {"prompt": "q", "chosen": [USER, ANSWER], "rejected": [USER, OTHER]},
        {"chosen": [USER, ANSWER], "rejected": [USER, OTHER]},
        {"prompt": [USER], "chosen": [USER, ANSWER], "rejected": [USER, OTHER]},
        {"conversations": [{"from": "human", "value": "q"}], "chosen": {"from": "gpt", "value": "a"},
         "rejected": {"from": "gpt", "value": "b"}},
        {"chosen": "\n\nHuman: q\n\nAssistant: a", "rejected": "\n\nHuman: q\n\nAssistant: b"},
    ],
)  # fmt: skip
def test_every_shape_of_a_pair(record: dict[str, object]) -> None:
    assert shape(record) == CHOICE


def test_a_pair_with_more_before_its_question() -> None:
    whole = [SYSTEM, USER, ANSWER, USER]
    record: dict[str, object] = {"chosen": [*whole, ANSWER], "rejected": [*whole, OTHER], "tools": [{"name": "f"}]}
    assert shape(record) == {**CHOICE, "prompt": whole, "tools": [{"name": "f"}]}
    assert shape({"prompt": "q", "chosen": [SYSTEM, USER, ANSWER], "rejected": [SYSTEM, USER, OTHER]}) == {
        **CHOICE,
        "prompt": [SYSTEM, USER],
    }
    assert shape({"prompt": [SYSTEM, USER], "chosen": [USER, ANSWER], "rejected": [USER, OTHER]}) == {
        **CHOICE,
        "prompt": [SYSTEM, USER],
    }
    assert shape({"system": "s", "question": "q", "chosen": "a", "rejected": "b"}) == {
        **CHOICE,
        "prompt": [SYSTEM, USER],
    }
    assert shape({"instruction": "q", "input": "i", "chosen": "a", "rejected": "b"})["prompt"] == [
        {"role": "user", "content": "q\n\ni"}
    ]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"chosen": "a", "rejected": "b"}, "MISSING_KEY"),
        ({"prompt": "q", "chosen": "a", "rejected": "a"}, "NO_PREFERENCE"),
        ({"prompt": "q", "chosen": "a", "rejected": ""}, "EMPTY"),
        ({"chosen": [USER, ANSWER], "rejected": [{**USER, "content": "x"}, OTHER]}, "NO_PROMPT"),
        ({"chosen": [USER, ANSWER, USER, ANSWER], "rejected": [USER, ANSWER, SYSTEM, OTHER]}, "NO_PROMPT"),
        ({"prompt": "other", "chosen": [USER, ANSWER], "rejected": [USER, OTHER]}, "NO_PROMPT"),
        ({"prompt": "q", "chosen": [ANSWER, USER], "rejected": [OTHER]}, "NO_ANSWER"),
        ({"chosen": [USER], "rejected": [USER]}, "NO_PROMPT"),
    ],
)
def test_pairs_that_are_none(record: dict[str, object], code: str) -> None:
    assert refusal(record)[0] == code
