"""Which tokens of a row are learned: as TRL has it where it can, and every assistant turn beyond that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.tiny_chat import TOOLS, call, tiny_tokenizer, turn

pytestmark = pytest.mark.training

trl = pytest.importorskip("trl")

from Trainers.common.conversation import Encoded, encode  # noqa: E402  # transformers is not everywhere
from tuner.data.learned_turns import LOST, OPENING, REWRITTEN  # noqa: E402

TEMPLATES = Path(trl.__file__).parent / "chat_templates"
TALK = {
    "prompt": [
        turn("system", "be brief"),
        turn("user", "red?"),
        turn("assistant", "rot"),
        turn("user", "and now blue?"),
    ],
    "completion": [turn("assistant", "blau")],
}
CALLS = {
    "prompt": [
        turn("user", "weather in Rome?"),
        call("weather", city="Rome"),
        turn("tool", "sunny", name="weather"),
        turn("assistant", "sun"),
        turn("user", "time?"),
    ],
    "completion": [call("clock", zone="CET")],
    "tools": TOOLS,
}
THOUGHT = {
    "prompt": [
        turn("user", "red?"),
        turn("assistant", "rot", reasoning_content="a colour"),
        turn("user", "and now blue?"),
    ],
    "completion": [turn("assistant", "blau", reasoning_content="another")],
}


def shipped(name: str) -> Any:
    """A tokenizer with the chat template of a model family, as TRL ships it."""
    return tiny_tokenizer((TEMPLATES / f"{name}.jinja").read_text(encoding="utf-8"))


def learned(tokenizer: Any, made: Encoded) -> list[str]:
    """The stretches of learned text."""
    stretches: list[list[int]] = []
    before = 0
    for token, mask in zip(made.input_ids, made.mask, strict=True):
        if mask and not before:
            stretches.append([])
        if mask:
            stretches[-1].append(token)
        before = mask
    return [tokenizer.decode(s) for s in stretches]


@pytest.mark.parametrize(
    ("template", "row", "turns"),
    [
        ("qwen2_5", TALK, ["rot<|im_end|>\n", "blau<|im_end|>\n"]),
        ("llama3", TALK, ["rot<|eot_id|>", "blau<|eot_id|>"]),
        ("gemma", {**TALK, "prompt": TALK["prompt"][1:]}, ["rot<end_of_turn>\n", "blau<end_of_turn>\n"]),
        ("deepseek_r1_distill", TALK, ["rot<｜end▁of▁sentence｜>", "blau<｜end▁of▁sentence｜>"]),
        ("qwen3", TALK, ["rot<|im_end|>\n", "<think>\n\n</think>\n\nblau<|im_end|>\n"]),
        ("qwen3_6", TALK, ["rot<|im_end|>\n", "\n</think>\n\nblau<|im_end|>\n"]),
        ("phi3_training", TALK, ["rot<|end|>\n", "blau<|end|>\n<|im_end|>"]),  # has generation marks
    ],
)
def test_every_answer_is_learned_with_its_end(template: str, row: dict[str, Any], turns: list[str]) -> None:
    tokenizer = shipped(template)
    made = encode(tokenizer, row)
    assert learned(tokenizer, made) == turns
    assert made.note == ""
    assert learned(tokenizer, encode(tokenizer, row, turns="last")) == turns[-1:]
    assert all(encode(tokenizer, row, on_inputs=True).mask)


@pytest.mark.parametrize(
    ("template", "calls"),
    [
        ("qwen2_5", '<tool_call>\n{"name": "weather", "arguments": {"city": "Rome"}}\n</tool_call><|im_end|>\n'),
        ("llama3_1", '{"name": "weather", "parameters": {"city": "Rome"}}<|eot_id|>'),
        ("deepseekv3", 'function<｜tool▁sep｜>weather\n```json\n{"city": "Rome"}\n```'),  # takes only text
    ],
)
def test_tool_calls_are_learned_and_their_results_are_not(template: str, calls: str) -> None:
    tokenizer = shipped(template)
    made = encode(tokenizer, CALLS)
    first, answer, last = learned(tokenizer, made)
    assert calls in first and answer.startswith("sun<") and "clock" in last
    assert made.note == ""
    text = tokenizer.decode(made.input_ids)
    assert "sunny" in text and "sunny" not in first + answer + last
    assert template == "deepseekv3" or '"properties"' in text, "the tools stand in the prompt"


def test_a_turn_whose_reasoning_the_template_leaves_out_is_not_learned() -> None:
    tokenizer = shipped("qwen3")
    made = encode(tokenizer, THOUGHT)
    assert learned(tokenizer, made) == ["<think>\nanother\n</think>\n\nblau<|im_end|>\n"]
    assert made.note == REWRITTEN


def test_a_turn_that_ends_otherwise_alone_is_not_learned() -> None:
    tokenizer = shipped("phi3")  # its last turn alone has the end of the text
    made = encode(tokenizer, TALK)
    assert (len(learned(tokenizer, made)), made.note) == (1, REWRITTEN)


def test_calls_that_the_template_leaves_out_are_told() -> None:
    tokenizer = shipped("llama3")
    made = encode(tokenizer, CALLS)
    assert learned(tokenizer, made)[0].startswith("sun<"), "an empty answer in the middle is not learned"
    assert made.note == LOST
    assert encode(tokenizer, {**CALLS, "prompt": CALLS["prompt"][:1]}).note == LOST


def test_a_greeting_is_no_answer() -> None:
    tokenizer = tiny_tokenizer()
    row = {**TALK, "prompt": [turn("assistant", "hello"), turn("user", "blue?")]}
    made = encode(tokenizer, row)
    assert (learned(tokenizer, made), made.note) == (["blau<|im_end|>\n"], OPENING)


def test_of_a_completion_of_several_turns_only_the_answers_are_learned() -> None:
    tokenizer = tiny_tokenizer()
    row = {"prompt": CALLS["prompt"][:1], "completion": CALLS["prompt"][1:4]}
    calls, answer = learned(tokenizer, encode(tokenizer, row, turns="last"))
    assert calls.startswith("<tool_call>") and answer == "sun<|im_end|>\n"
    row["completion"] = [*row["completion"], turn("user", "thanks")]
    assert learned(tokenizer, encode(tokenizer, row)) == [calls, answer]


def test_a_tokenizer_without_offsets_finds_the_same_turns() -> None:
    class Slow:
        def __init__(self, fast: Any) -> None:
            self.fast, self.is_fast = fast, False

        def __call__(self, text: str, **options: Any) -> Any:
            assert "return_offsets_mapping" not in options
            return self.fast(text, **options)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.fast, name)

    fast = tiny_tokenizer()
    for row in (TALK, CALLS):
        assert encode(Slow(fast), row) == encode(fast, row)


def test_text_is_learned_whole_and_ends() -> None:
    tokenizer = tiny_tokenizer()
    for text in ("some words", "some words<|im_end|>"):
        made = encode(tokenizer, {"text": text})
        assert tokenizer.decode(made.input_ids) == "some words<|im_end|>"
        assert made.mask == [1] * 11


SINGLE = [
    {**TALK, "prompt": TALK["prompt"][:2]},
    {**CALLS, "prompt": CALLS["prompt"][:1]},
    {"prompt": [turn("user", "a")], "completion": [turn("assistant", " b ")]},
    {"prompt": [turn("user", "ünï")], "completion": [turn("assistant", "cödé\n\n")]},
]


@pytest.mark.parametrize("template", ["", "qwen3", "qwen2_5", "qwen3_6", "llama3_1", "deepseekv3", "phi3", "glm4moe"])
def test_single_answers_have_trls_own_tokens_and_labels(tmp_path: Path, template: str) -> None:
    """Through TRL's dataset preparation, without a trainer round it."""
    from datasets import Dataset

    from tests.support.built_trainers import Silent
    from Trainers.common.payload import Payload
    from Trainers.common.trl_rows import as_dataset
    from tuner.core.enums import Objective

    tokenizer = shipped(template) if template else tiny_tokenizer()
    payload = Payload(tmp_path, {"arguments": {}})
    reporter: Any = Silent(tmp_path)
    rows = as_dataset(payload, reporter, Objective.SFT, SINGLE, tokenizer)
    prepared = prepared_by_trl(rows, tokenizer, tmp_path)
    assert isinstance(prepared, Dataset) and len(prepared) == len(SINGLE)
    for row, theirs in zip(SINGLE, prepared, strict=True):
        made = encode(tokenizer, row)
        assert made.input_ids == theirs["input_ids"]
        assert [i if m else -100 for i, m in zip(made.input_ids, made.mask, strict=True)] == theirs["labels"]


def prepared_by_trl(rows: Any, tokenizer: Any, folder: Path) -> Any:
    from trl import SFTConfig, SFTTrainer

    trainer = SFTTrainer.__new__(SFTTrainer)
    trainer._tokenizer, trainer.chat_template, trainer.completion_only_loss = tokenizer, None, True
    args = SFTConfig(output_dir=str(folder), use_cpu=True, bf16=False, max_length=None, report_to=[])
    return trainer._prepare_dataset(rows, tokenizer, args, False, None, "train")


def test_rows_of_several_answers_are_tokenized_here_and_notes_are_counted(tmp_path: Path) -> None:
    from tests.support.built_trainers import Silent
    from Trainers.common.payload import Payload
    from Trainers.common.trl_rows import as_dataset
    from tuner.core.enums import Objective

    reporter: Any = Silent(tmp_path)
    payload = Payload(tmp_path, {"arguments": {}, "options": {}})
    tokenizer = shipped("qwen3")
    made = as_dataset(payload, reporter, Objective.SFT, [TALK, THOUGHT, SINGLE[0]], tokenizer)
    assert made.column_names == ["input_ids", "labels"]
    assert [tokenizer.decode([i for i in labels if i != -100]).count("<|im_end|>") for labels in made["labels"]] == [
        2, 1, 1
    ]  # fmt: skip
    assert reporter.events == [f"1 of 3 conversations: {REWRITTEN}"]
    last = Payload(tmp_path, {"arguments": {}, "options": {"train_on_turns": "last"}})
    assert "prompt" in as_dataset(last, reporter, Objective.SFT, [TALK, THOUGHT], tokenizer).column_names


def test_arguments_of_one_tool_do_not_become_nulls_of_another(tmp_path: Path) -> None:
    from tests.support.built_trainers import Silent
    from Trainers.common.payload import Payload
    from Trainers.common.trl_rows import as_dataset
    from tuner.core.enums import Objective

    reporter: Any = Silent(tmp_path)
    payload = Payload(tmp_path, {"arguments": {}})
    pair = {"prompt": CALLS["prompt"], "chosen": CALLS["completion"], "rejected": [call("weather", city="Bonn")]}
    for objective, row in (
        (Objective.KTO, {**CALLS, "label": True}),
        (Objective.DPO, {**pair, "tools": TOOLS}),
    ):
        (made,) = as_dataset(payload, reporter, objective, [row], tiny_tokenizer())
        assert made == row
