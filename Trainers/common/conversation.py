"""A row as token ids with a mask of what is learned (no torch: any tokenizer with ``apply_chat_template`` will do).

Ids and boundaries are TRL's: of a row with one answer, the completion begins where the tokens of the prompt (with the
generation prompt) and those of the whole diverge. Earlier answers are found by ``tuner.data.learned_turns``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from Trainers.common.turns import generation_mask
from tuner.data.learned_turns import (
    LOST,
    OPENING,
    REWRITTEN,
    Turns,
    fitted,
    has_several_turns,
    lost_calls,
    turn_spans,
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Encoded:
    """One row in tokens. ``mask`` is 1 where a token is learned and as long as ``input_ids``; ``note`` says what
    could not be learned and why, or nothing."""

    input_ids: list[int]
    mask: list[int]
    note: str = ""


def encode(tokenizer: Any, row: Row, *, turns: Turns = "all", on_inputs: bool = False) -> Encoded:
    """Tokenize a row of the trainers' shape: {"text"}, or {"prompt", "completion"} of messages, maybe with "tools".

    Args:
        turns: which assistant turns are learned, ``last`` meaning those of the completion.
        on_inputs: learn every token, prompts included.

    Raises:
        jinja2.TemplateError: the chat template refuses the conversation.
    """
    if "text" in row:
        ids = _plain(tokenizer, row["text"])
        return Encoded(ids, [1] * len(ids))
    row = fitted(tokenizer, row)
    messages, tools = row["prompt"] + row["completion"], row.get("tools") or None
    whole = _ids(tokenizer, messages, tools)
    if on_inputs:
        return Encoded(whole, [1] * len(whole), _calls_note(tokenizer, messages, tools))
    if not has_several_turns(row, turns):
        start = _completion_start(tokenizer, row["prompt"], tools, whole)
        return Encoded(whole, [0] * start + [1] * (len(whole) - start), _calls_note(tokenizer, messages, tools))
    return _several(tokenizer, row, messages, tools, whole, turns)


def _calls_note(tokenizer: Any, messages: list[Row], tools: Any) -> str:
    if not any(m.get("tool_calls") for m in messages):
        return ""
    return LOST if lost_calls(messages, tokenizer.apply_chat_template(messages, tools=tools, tokenize=False)) else ""


def _several(tokenizer: Any, row: Row, messages: list[Row], tools: Any, whole: list[int], turns: Turns) -> Encoded:
    last = len(messages) - 1 if messages[-1].get("role") == "assistant" else len(messages)
    first = 0 if turns == "all" else len(row["prompt"])
    wanted = [i for i in range(first, last) if messages[i].get("role") == "assistant"]
    mask, note = [0] * len(whole), _calls_note(tokenizer, messages, tools)
    marked = generation_mask(tokenizer, messages, tools)
    if marked is not None:
        begin = 0 if turns == "all" else _completion_start(tokenizer, row["prompt"], tools, whole)
        mask[begin:] = marked[begin:]
    elif wanted:
        text = tokenizer.apply_chat_template(messages, tools=tools, tokenize=False)
        asked = [i for i in wanted if i]
        spans = turn_spans(tokenizer, messages, tools, text, asked)
        note = note or (REWRITTEN if len(spans) < len(asked) else OPENING if len(asked) < len(wanted) else "")
        _mark(tokenizer, text, whole, spans, mask)
    if last < len(messages):
        start = _completion_start(tokenizer, messages[:last], tools, whole)
        mask[start:] = [1] * (len(whole) - start)
    return Encoded(whole, mask, note)


def _mark(tokenizer: Any, text: str, ids: list[int], spans: list[tuple[int, int]], mask: list[int]) -> None:
    """Set the mask of the tokens that hold characters of the spans, which are in order."""
    if getattr(tokenizer, "is_fast", False):
        offsets = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        i = 0
        for start, end in spans:
            while i < len(offsets) and offsets[i][1] <= start:
                i += 1
            while i < len(offsets) and offsets[i][0] < end:
                mask[i] = 1
                i += 1
        return
    for start, end in spans:  # no offsets: the tokens of the text before a place say where it is
        begin, stop = (
            common_prefix(tokenizer(text[:place], add_special_tokens=False)["input_ids"], ids) for place in (start, end)
        )
        mask[begin:stop] = [1] * (stop - begin)


def _completion_start(tokenizer: Any, prompt: list[Row], tools: Any, whole: list[int]) -> int:
    return common_prefix(_ids(tokenizer, prompt, tools, add_generation_prompt=True), whole) if prompt else 0


def _ids(tokenizer: Any, messages: list[Row], tools: Any, **options: Any) -> list[int]:
    made = tokenizer.apply_chat_template(messages, tools=tools, tokenize=True, return_dict=True, **options)
    return list(made["input_ids"])


def _plain(tokenizer: Any, text: str) -> list[int]:
    end = tokenizer.eos_token
    return list(tokenizer(text if not end or text.endswith(end) else text + end)["input_ids"])


def common_prefix(some: list[int], others: list[int]) -> int:
    """How many tokens at the beginning are the same."""
    for i, (one, other) in enumerate(zip(some, others, strict=False)):
        if one != other:
            return i
    return min(len(some), len(others))
