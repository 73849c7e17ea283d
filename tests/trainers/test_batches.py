"""Pretraining examples and their batches."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.tiny_chat import TOOLS, call, tiny_tokenizer, turn

torch = pytest.importorskip("torch")

from Trainers.pretrain.batches import IGNORED, Collator, LikeWithLike, encode  # noqa: E402  # it needs torch


class Letters:
    """A tokenizer whose ids are code points; a turn is its text, ">" asks for an answer."""

    def __call__(self, text: str | list[str], add_special_tokens: bool) -> dict[str, Any]:
        assert not add_special_tokens
        ids = [[ord(c) for c in t] for t in ([text] if isinstance(text, str) else text)]
        return {"input_ids": ids[0] if isinstance(text, str) else ids}

    def apply_chat_template(
        self, turns: list[dict[str, str]], tokenize: bool, add_generation_prompt: bool = False
    ) -> str:
        parts = [t["content"] if t["role"] == "user" else f">{t['content']}" for t in turns]
        return "".join(parts) + (">" if add_generation_prompt else "")


def answered(question: str, answer: str) -> dict[str, Any]:
    return {
        "prompt": [{"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
    }


def test_prose_is_joined_and_cut_into_blocks_that_are_all_learned() -> None:
    made = encode([{"text": "abcd"}, {"text": "efgh"}], Letters(), 4)
    assert ["".join(map(chr, e["input_ids"])) for e in made] == ["abcd", "\nefg"]
    assert all(e["labels"] == e["input_ids"] for e in made)


def test_of_an_answered_row_only_the_answer_is_learned() -> None:
    (made,) = encode([answered("ab", "cd")], Letters(), 99)
    assert "".join(map(chr, made["input_ids"])) == "ab>cd"
    assert made["labels"] == [IGNORED] * 3 + [ord("c"), ord("d")]


def test_tools_and_their_calls_stand_in_the_text() -> None:
    tokenizer = tiny_tokenizer()
    row = {"prompt": [turn("user", "weather?")], "completion": [call("weather", city="Rome")], "tools": TOOLS}
    (made,) = encode([row], tokenizer, 9999)
    text = tokenizer.decode(made["input_ids"])
    assert "Tools: [" in text and '"zone"' in text
    answer = tokenizer.decode([i for i in made["labels"] if i != IGNORED])
    assert answer == '<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}</tool_call><|im_end|>\n'


def test_a_row_is_cut_and_left_out_where_no_answer_would_remain() -> None:
    (made,) = encode([answered("ab", "cdef"), answered("abcdef", "x")], Letters(), 5)
    assert "".join(map(chr, made["input_ids"])) == "ab>cd"
    assert encode([], Letters(), 5) == []


def test_a_batch_is_padded_to_its_longest() -> None:
    batch = Collator(0)([{"input_ids": [5, 6, 7], "labels": [5, 6, 7]}, {"input_ids": [8], "labels": [IGNORED]}])
    assert batch["input_ids"].tolist() == [[5, 6, 7], [8, 0, 0]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert batch["labels"].tolist() == [[5, 6, 7], [IGNORED, IGNORED, IGNORED]]
    assert batch["input_ids"].dtype == torch.int64


@given(lengths=st.lists(st.integers(1, 200), max_size=60), size=st.integers(1, 8), seed=st.integers(0, 9))
@settings(max_examples=50)
def test_every_example_comes_once_an_epoch_and_the_same_seed_gives_the_same_order(
    lengths: list[int], size: int, seed: int
) -> None:
    sampler = LikeWithLike(lengths, size, seed)
    order = list(sampler)
    assert sorted(order) == list(range(len(lengths)))
    assert len(sampler) == len(lengths)
    assert order == list(LikeWithLike(lengths, size, seed))


def test_batches_hold_like_with_like_and_epochs_differ() -> None:
    lengths = [10] * 40 + [100] * 40
    sampler = LikeWithLike(lengths, 8, 0)
    order = list(sampler)
    for start in range(0, 80, 8):
        assert len({lengths[i] for i in order[start : start + 8]}) == 1
    sampler.set_epoch(1)
    assert list(sampler) != order
