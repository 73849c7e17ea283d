"""Where a conversation's assistant turns stand in its rendered text (no torch).

A template with ``{% generation %}`` marks says so itself. Of others, growing beginnings of the conversation are
rendered: what the beginning up to a turn has more than the one before it is that turn, as far as the whole keeps it.
Some templates write earlier turns otherwise than last ones (Qwen3 leaves their thinking out). A turn that has lost only
empty marks is still itself; one that has lost something it said is not: learning it would teach to leave that out.
"""

from __future__ import annotations

import re
from typing import Any

Row = dict[str, Any]

REWRITTEN = "earlier assistant turns are not learned where the chat template writes them otherwise than it would alone"
_MARK = re.compile(r"\{%[-+]?\s*generation\s*[-+]?%\}")
_NO_WORDS = re.compile(r"<[^<>]*>|\s")


def generation_mask(tokenizer: Any, messages: list[Row], tools: Any) -> list[int] | None:
    """1 for each token inside the template's generation marks; None where it has none that work."""
    template = tokenizer.chat_template
    texts = template.values() if isinstance(template, dict) else [template]
    if not getattr(tokenizer, "is_fast", False) or not any(t and _MARK.search(t) for t in texts):
        return None
    made = tokenizer.apply_chat_template(
        messages, tools=tools, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
    )
    mask = list(made["assistant_masks"])
    return mask if any(mask) else None


def turn_spans(tokenizer: Any, messages: list[Row], tools: Any, whole: str, turns: list[int]) -> list[tuple[int, int]]:
    """The characters of ``whole``, the rendered conversation, that each of ``turns`` (indices above 0) has written,
    its end-of-turn mark included. Turns that cannot be found for sure are left out."""
    from jinja2 import TemplateError  # transformers needs it, so it is there; the front ends need not load it

    spans = []
    for i in turns:
        try:
            span = _span(tokenizer, messages[: i + 1], tools, whole)
        except TemplateError:  # some templates refuse a beginning
            span = None
        if span is not None:
            spans.append(span)
    return spans


def _span(tokenizer: Any, messages: list[Row], tools: Any, whole: str) -> tuple[int, int] | None:
    def render(some: list[Row], asking: bool = False) -> str:
        return str(tokenizer.apply_chat_template(some, tools=tools, tokenize=False, add_generation_prompt=asking))

    asked = render(messages[:-1], asking=True)
    start = _same(asked, whole)
    if start < len(asked):  # the end of the generation prompt is not in the whole (an empty thought, mostly)
        before = len(render(messages[:-1]))
        if start < before:
            return None  # what came before the turn is written otherwise already
        opened = whole.rfind("<", before, start)
        if opened > whole.rfind(">", before, start):  # two marks that begin alike: the turn has its own whole
            start = opened
    alone = render(messages)
    if whole.startswith(alone):
        return (start, len(alone)) if _is_itself(messages[-1], "", whole[start : len(alone)]) else None
    begin = _same(alone, asked)
    for k in range(begin, len(alone)):
        if alone[k] == whole[start] and whole.startswith(alone[k:], start):
            return (start, start + len(alone) - k) if _is_itself(messages[-1], alone[begin:k], alone[k:]) else None
    return None


def _is_itself(message: Row, lost: str, kept: str) -> bool:
    """Whether the turn has all it said in what is kept, and nothing of it in what is lost."""
    said = [message.get(key) or "" for key in ("content", "reasoning_content", "reasoning", "thinking")]
    text = _squeezed("".join(s for s in said if isinstance(s, str)))
    words = _NO_WORDS.sub("", lost)
    if words and words in _NO_WORDS.sub("", text):
        return False
    wanted = (str(message.get("content") or ""), *_call_names(message))
    return all(_squeezed(part) in _squeezed(kept) for part in wanted)


def lost_calls(messages: list[Row], whole: str) -> bool:
    """Whether the rendered text lacks a tool call: the template knows none, and an answer of calls becomes empty."""
    return any(name not in whole for m in messages for name in _call_names(m))


def _call_names(message: Row) -> list[str]:
    calls = message.get("tool_calls") or []
    return [str(c.get("function", c).get("name", "")) for c in calls if isinstance(c, dict)]


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _same(one: str, other: str) -> int:
    """How many characters at the beginning are the same."""
    length = min(len(one), len(other))
    if one[:length] == other[:length]:
        return length
    low, high = 0, length
    while high - low > 1:  # comparing slices is far faster than going character by character
        middle = (low + high) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle)
    return low
