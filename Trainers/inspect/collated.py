"""What a collator made of one row (standard library only)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Collated:
    """One sequence as a training step takes it: token ids without padding, and 1 where the loss is computed.

    ``length`` is the sequence's before truncation, ``rendered`` its text. ``ids`` are empty where the row is left out.
    ``cut`` False: what is too long goes on in another sequence.
    """

    line: int
    ids: list[int]
    mask: list[int]
    length: int
    rendered: str
    note: str = ""
    cut: bool = True


@dataclass(frozen=True)
class Asked:
    """What the masks are wanted of; see ``tuiapp.handlers.loss_masks``."""

    model: str
    objective: str
    sequence_length: int
    train_on_inputs: str
    turns: str
    rows: list[tuple[int, Row]] = field(default_factory=list)


def described(tokenizer: Any, collated: Collated, limit: int) -> dict[str, Any]:
    """The sequence as JSON: its text in pieces that are learned or not."""
    truncated = collated.cut and collated.length > limit
    left_out = not collated.ids or not any(collated.mask)
    return {
        "line": collated.line,
        "tokens": collated.length,
        "trainable": sum(collated.mask),
        "truncated": truncated,
        "pieces": pieces(tokenizer, collated.ids, collated.mask) or [(collated.rendered, False)],
        "rendered": collated.rendered,
        "note": "; ".join(n for n in (collated.note, _why(truncated, limit) if left_out else "") if n),
    }


def pieces(tokenizer: Any, ids: list[int], mask: list[int]) -> list[tuple[str, bool]]:
    """The runs of equal mask as text. Each is what decoding up to its end adds: a token alone may be half a letter."""
    found = []
    told, start = "", 0
    for i in range(1, len(ids) + 1):
        if i == len(ids) or mask[i] != mask[start]:
            text = _decoded(tokenizer, ids[:i])
            found.append((text[len(told) :], bool(mask[start])))
            told, start = text, i
    return found


def _decoded(tokenizer: Any, ids: list[int]) -> str:
    return str(tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False))


def _why(truncated: bool, limit: int) -> str:
    if truncated:
        return f"nothing is learned: the prompt alone fills {limit} tokens, and training leaves the row out"
    return "nothing is learned"
