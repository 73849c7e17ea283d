"""Rows as the mlx trainer batches them."""

from __future__ import annotations

from typing import Any

from Trainers.common.conversation import encode, fitted
from Trainers.inspect.collated import Asked, Collated
from Trainers.mlx.batches import validation_batches
from Trainers.mlx.examples import Examples


def collate(asked: Asked, tokenizer: Any) -> list[Collated]:
    """Each row in a batch of its own, its padding taken off again."""
    found = []
    for line, row in asked.rows:
        encoded = encode(tokenizer, row, turns=asked.turns, on_inputs=asked.train_on_inputs == "enabled")
        examples = Examples()
        examples.add(encoded.input_ids, encoded.mask, asked.sequence_length)
        ids: list[int] = []
        mask: list[int] = []
        for tokens, learned in validation_batches(examples.kept, 1, asked.sequence_length):
            length = len(examples.kept[0].tokens)
            ids, mask = tokens[0].tolist()[:length], [int(m) for m in learned[0].tolist()[:length]]
        text = row["text"] if "text" in row else _text(tokenizer, row)
        found.append(Collated(line, ids, mask, len(encoded.input_ids), text, encoded.note))
    return found


def _text(tokenizer: Any, row: dict[str, Any]) -> str:
    row = fitted(tokenizer, row)
    messages = row["prompt"] + row["completion"]
    return str(tokenizer.apply_chat_template(messages, tools=row.get("tools") or None, tokenize=False))
