"""The share of held-out prompts that a model answers to the letter, greedily."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase

Row = dict[str, Any]
_BATCH = 64


@dataclass(frozen=True)
class Case:
    """One prompt with its expected and its given answer, both as text without special tokens."""

    prompt: str
    expected: str
    given: str

    @property
    def passed(self) -> bool:
        return self.given == self.expected


def answer(model: Any, tokenizer: PreTrainedTokenizerBase, rows: list[Row], max_new_tokens: int) -> list[Case]:
    """Ask the model each prompt, greedily and in batches padded on the left; the training mode is left as it was."""
    was_training = model.training
    model.eval()
    try:
        return [
            case
            for start in range(0, len(rows), _BATCH)
            for case in _answer_batch(model, tokenizer, rows[start : start + _BATCH], max_new_tokens)
        ]
    finally:
        model.train(was_training)


def exact_match(cases: list[Case]) -> float:
    """Passed ÷ asked; NaN where nothing was asked."""
    return sum(c.passed for c in cases) / len(cases) if cases else float("nan")


def _answer_batch(model: Any, tokenizer: PreTrainedTokenizerBase, rows: list[Row], max_new_tokens: int) -> list[Case]:
    prompts = [_render(tokenizer, row["prompt"], row, generation=True) for row in rows]
    whole = [_render(tokenizer, row["prompt"] + row["completion"], row, generation=False) for row in rows]
    inputs = tokenizer(prompts, return_tensors="pt", padding=True, padding_side="left", add_special_tokens=False)
    inputs = {k: v.to(model.device) for k, v in inputs.items() if k in {"input_ids", "attention_mask"}}
    with torch.no_grad():
        output = model.generate(
            **inputs,
            max_new_tokens=max_new_tokens,
            do_sample=False,
            use_cache=True,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    length = inputs["input_ids"].shape[1]
    return [
        Case(
            prompt,
            _plain(tokenizer, expected[len(prompt) :]),
            tokenizer.decode(ids[length:], skip_special_tokens=True).strip(),
        )
        for prompt, expected, ids in zip(prompts, whole, output, strict=True)
    ]


def _render(tokenizer: PreTrainedTokenizerBase, messages: list[Row], row: Row, *, generation: bool) -> str:
    return str(
        tokenizer.apply_chat_template(
            messages, tools=row.get("tools"), add_generation_prompt=generation, tokenize=False
        )
    )


def _plain(tokenizer: PreTrainedTokenizerBase, text: str) -> str:
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    return str(tokenizer.decode(ids, skip_special_tokens=True)).strip()
