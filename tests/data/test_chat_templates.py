"""Chat templates rendered without transformers come out as with it, and so do the tokens and what is learned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chat_templates import TEMPLATES, TOOLS, call, tokenizer_folder, turn
from Trainers.common.conversation import encode
from tuner.core.enums import Objective
from tuner.data.chat_tokenizer import TokenizerUnreadable, load_chat_tokenizer
from tuner.data.learned_turns import Turns
from tuner.data.row_texts import Learning, row_sequences
from tuner.data.templates import ChatTemplate, TemplateRefused, refusals
from tuner.data.token_rows import counted_rows

USER, ANSWER = turn("user", "turn on the light "), turn("assistant", "the lamp is on\n")
SYSTEM, MORE = turn("system", "Be brief: <b>&</b> “é” 🙂"), turn("user", "\n\nand now?")
THOUGHT = turn("assistant", "off", reasoning_content="the lamp in the kitchen")
CONVERSATIONS: dict[str, dict[str, Any]] = {
    "one answer": {"prompt": [USER], "completion": [ANSWER]},
    "with a system prompt": {"prompt": [SYSTEM, USER], "completion": [ANSWER]},
    "three answers": {"prompt": [USER, ANSWER, MORE, THOUGHT, USER], "completion": [ANSWER]},
    "thinking last": {"prompt": [USER], "completion": [THOUGHT]},
    "an answer that begins with a line break": {"prompt": [USER], "completion": [turn("assistant", "\n\nwell")]},
    "a tool call": {
        "prompt": [SYSTEM, USER, turn("assistant", "", tool_calls=[call(on=True)]), turn("tool", '{"done": true}')],
        "completion": [ANSWER],
        "tools": TOOLS,
    },
    "a call is the answer": {
        "prompt": [USER],
        "completion": [turn("assistant", "", tool_calls=[call(on=False, room="é")])],
        "tools": TOOLS,
    },
    "ends with a question": {"prompt": [USER], "completion": [ANSWER, MORE]},
    "the assistant begins": {"prompt": [ANSWER, USER], "completion": [ANSWER]},
    "nothing is asked": {"prompt": [], "completion": [ANSWER]},
    "text": {"text": "turn on the light\n\nthe lamp is on"},
    "text that ends itself": {"text": "the lamp<|im_end|>"},
}


@pytest.fixture(scope="module", params=[*TEMPLATES, "chatml with bos", "not trimmed"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    style = request.param
    place = tmp_path_factory.mktemp("tokenizer") / "made"
    if style == "chatml with bos":
        return tokenizer_folder(place, TEMPLATES["chatml"], add_bos_token=True)
    if style == "not trimmed":  # what comes before an answer may grow together with it
        plain = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
        return tokenizer_folder(place, plain + "{% if add_generation_prompt %}assistant:{% endif %}")
    return tokenizer_folder(place, TEMPLATES[style])


@pytest.fixture(scope="module")
def theirs(folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_conversation_is_rendered_as_transformers_renders_it(folder: Path, theirs: Any, name: str) -> None:
    row = CONVERSATIONS[name]
    template = load_chat_tokenizer(folder).chat_template()
    if "text" in row:
        return
    for messages, generation in ((row["prompt"] + row["completion"], False), (row["prompt"], True)):
        if not messages:
            continue
        try:
            wanted = theirs.apply_chat_template(
                messages, tools=row.get("tools"), add_generation_prompt=generation, tokenize=False
            )
        except jinja2.TemplateError as error:
            with pytest.raises(TemplateRefused) as refused, refusals():
                template.render(messages, row.get("tools"), generation=generation)
            assert str(refused.value) in str(error)
        else:
            assert template.render(messages, row.get("tools"), generation=generation) == wanted


@pytest.mark.parametrize("learned", ["all", "last", "inputs"])
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_tokens_and_what_is_learned_agree_with_training(folder: Path, theirs: Any, name: str, learned: str) -> None:
    row, on_inputs = CONVERSATIONS[name], learned == "inputs"
    turns = "last" if learned == "last" else "all"
    (counted,) = counted_rows(load_chat_tokenizer(folder), [(7, row)], Learning(Objective.SFT, turns, on_inputs))
    assert counted.line == 7
    try:
        made = encode(theirs, row, turns=turns, on_inputs=on_inputs)
    except jinja2.TemplateError:
        assert counted.refused and not counted.sequences
        return
    assert not counted.refused
    (sequence,) = counted.sequences
    mask = [0] * sequence.tokens
    for start, end in sequence.spans:
        mask[start:end] = [1] * (end - start)
    assert (len(made.input_ids), made.mask, made.note) == (sequence.tokens, mask, counted.note)


WORDS = st.text(min_size=1, max_size=9) | st.sampled_from(
    ["<|im_end|>", "<think>\n\n</think>x", "\n\n", " on ", "</s>"]
)
CALLS = st.lists(st.builds(lambda value: call(on=value), st.booleans() | WORDS), min_size=1, max_size=2)
TURNS = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system", "tool"]), "content": WORDS},
    optional={"tool_calls": CALLS, "reasoning_content": WORDS},
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TURNS, max_size=4), WORDS, st.sampled_from([None, TOOLS]), st.sampled_from(["all", "last"]))
def test_any_conversation_agrees_with_training(
    folder: Path, theirs: Any, before: list[dict[str, Any]], answer: str, tools: list[Any] | None, turns: Turns
) -> None:
    row = {"prompt": [*before, USER], "completion": [turn("assistant", answer)], "tools": tools}
    (counted,) = counted_rows(load_chat_tokenizer(folder), [(1, row)], Learning(Objective.SFT, turns))
    try:
        made = encode(theirs, row, turns=turns)
    except (jinja2.TemplateError, TypeError):
        assert counted.refused
        return
    (sequence,) = counted.sequences
    learned = [i for start, end in sequence.spans for i in range(start, end)]
    assert [i for i, one in enumerate(made.mask) if one] == learned
    assert (len(made.mask), made.note) == (sequence.tokens, counted.note)


def test_a_pair_of_answers_begins_at_one_place(folder: Path, theirs: Any) -> None:
    row = {"prompt": [USER], "chosen": [ANSWER], "rejected": [turn("assistant", "the lamp is off")]}
    sequences, _ = row_sequences(load_chat_tokenizer(folder), row, Learning(Objective.DPO))
    assert [s.text for s in sequences] == [
        theirs.apply_chat_template([USER, *row[key]], tokenize=False) for key in ("chosen", "rejected")
    ]
    (counted,) = counted_rows(load_chat_tokenizer(folder), [(1, row)], Learning(Objective.DPO))
    assert len(counted.sequences) == 2
    assert len({s.spans[0][0] for s in counted.sequences}) == 1
    assert all(s.spans[-1][1] == s.tokens for s in counted.sequences)


def test_pretraining_text_is_taken_as_it_is(folder: Path, theirs: Any) -> None:
    row = {"text": "turn on the light"}
    (counted,) = counted_rows(load_chat_tokenizer(folder), [(1, row)], Learning(Objective.PRETRAIN))
    count = len(theirs(row["text"], add_special_tokens=False)["input_ids"])
    assert counted.sequences == [(count, [(0, count)], False)]


def test_a_folder_may_have_several_templates(tmp_path: Path) -> None:
    templates = {"default": "plain", "tool_use": "with tools"}
    chat = ChatTemplate(templates, {})
    assert (chat.render([USER]), chat.render([USER], TOOLS)) == ("plain", "with tools")
    with pytest.raises(TemplateRefused, match="several chat templates"):
        ChatTemplate({"a": "x", "b": "y"}, {}).render([USER])


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ nonesuch.deeper }}", "nonesuch"),
        ("{% for m in messages %}", "Unexpected end"),
        ("{{ messages[9].content }}", "messages|list"),
        ("{{ 1 // 0 }}", "zero"),
        ("{% set ns = namespace(_x=1) %}", "underscore"),
        ("{{ messages.append(1) }}", "unsafe|not safe|access"),
        ("{{ raise_exception('not\nso') }}", "^not$"),
    ],
)
def test_a_template_that_fails_says_so_in_one_line(template: str, said: str) -> None:
    with pytest.raises(TemplateRefused, match=said) as refused, refusals():
        ChatTemplate(template, {}).render([USER])
    assert "\n" not in str(refused.value)


def test_what_is_no_tokenizer_is_told(tmp_path: Path) -> None:
    with pytest.raises(TokenizerUnreadable, match=r"no tokenizer\.json"):
        load_chat_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(TokenizerUnreadable, match="cannot be read"):
        load_chat_tokenizer(tmp_path)
