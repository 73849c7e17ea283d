"""Pretraining rows as token ids, and batches of like with like, so that little is lost to padding."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase

from tuner.data.learned_turns import fitted

IGNORED = -100
Example = dict[str, list[int]]


def encode(rows: list[dict[str, Any]], tokenizer: PreTrainedTokenizerBase, length: int) -> list[Example]:
    """Plain text is joined and cut into blocks of ``length`` tokens, all of them learned; an answered row is one
    example, with loss on its answer only, cut at ``length``."""
    answered = [r for r in rows if "completion" in r]
    prose = "\n".join(r["text"] for r in rows if "text" in r)
    return [*_blocks(prose, tokenizer, length), *_answers(answered, tokenizer, length)]


def _blocks(text: str, tokenizer: PreTrainedTokenizerBase, length: int) -> list[Example]:
    ids = tokenizer(text, add_special_tokens=False)["input_ids"] if text else []
    blocks = [ids[i : i + length] for i in range(0, len(ids), length)]
    return [{"input_ids": b, "labels": list(b)} for b in blocks if len(b) > 1]


def _answers(rows: list[dict[str, Any]], tokenizer: PreTrainedTokenizerBase, length: int) -> list[Example]:
    if not rows:
        return []
    rows = [fitted(tokenizer, r) for r in rows]
    prompts = [_rendered(r["prompt"], r, tokenizer, add_generation_prompt=True) for r in rows]
    wholes = [_rendered(r["prompt"] + r["completion"], r, tokenizer) for r in rows]
    prompt_ids = tokenizer(prompts, add_special_tokens=False)["input_ids"]
    answers = [w[len(p) :] for w, p in zip(wholes, prompts, strict=True)]
    answer_ids = tokenizer(answers, add_special_tokens=False)["input_ids"]
    return [
        {"input_ids": (p + a)[:length], "labels": ([IGNORED] * len(p) + a)[:length]}
        for p, a in zip(prompt_ids, answer_ids, strict=True)
        if len(p) < length
    ]


def _rendered(
    messages: list[dict[str, Any]], row: dict[str, Any], tokenizer: PreTrainedTokenizerBase, **options: bool
) -> str:
    if row.get("tools"):
        return str(tokenizer.apply_chat_template(messages, tools=row["tools"], tokenize=False, **options))
    return str(tokenizer.apply_chat_template(messages, tokenize=False, **options))


class Collator:
    """Pads a batch to its longest example. Returns input_ids, attention_mask, labels: int64 of (batch, length)."""

    def __init__(self, pad_id: int) -> None:
        self.pad_id = pad_id

    def __call__(self, examples: list[Example]) -> dict[str, torch.Tensor]:
        longest = max(len(e["input_ids"]) for e in examples)

        def padded(key: str, filler: int) -> torch.Tensor:
            return torch.tensor([e[key] + [filler] * (longest - len(e[key])) for e in examples])

        mask = [[1] * len(e["input_ids"]) + [0] * (longest - len(e["input_ids"])) for e in examples]
        return {
            "input_ids": padded("input_ids", self.pad_id),
            "attention_mask": torch.tensor(mask),
            "labels": padded("labels", IGNORED),
        }


class LikeWithLike(torch.utils.data.Sampler[int]):
    """Shuffled batches of examples of similar length, in shuffled order; each epoch another, all from one seed."""

    def __init__(self, lengths: list[int], batch_size: int, seed: int, bucket: int = 32) -> None:
        self.lengths, self.batch_size, self.seed, self.bucket = lengths, batch_size, seed, bucket
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        chance = random.Random(f"{self.seed}-{self.epoch}")
        buckets: dict[int, list[int]] = {}
        for i, length in enumerate(self.lengths):
            buckets.setdefault(length // self.bucket, []).append(i)
        batches, rest = [], []
        for _, members in sorted(buckets.items()):
            chance.shuffle(members)
            whole = len(members) - len(members) % self.batch_size
            batches += [members[i : i + self.batch_size] for i in range(0, whole, self.batch_size)]
            rest += members[whole:]
        chance.shuffle(batches)
        yield from (i for batch in batches for i in batch)
        yield from rest
