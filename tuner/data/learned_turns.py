"""Where a conversation's assistant turns stand in its rendered text.

Growing beginnings of the conversation are rendered: what the beginning up to a turn has more than the one before it is
that turn, as far as the whole keeps it. Some templates write earlier turns otherwise than last ones (Qwen3 leaves their
thinking out). A turn that has lost only empty marks is still itself; one that has lost something it said is not:
learning it would teach to leave that out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

Message = Mapping[str, object]
Turns = Literal["all", "last"]

REWRITTEN = "earlier assistant turns are not learned where the chat template writes them otherwise than it would alone"
OPENING = "an answer before any question is not learned"
LOST = "the chat template leaves tool calls out, so an answer that is a call is learned as an empty one"
GENERATION_MARK = re.compile(r"\{%[-+]?\s*generation\s*[-+]?%\}")
"""Around what the assistant says, in templates that mark it."""
_NO_WORDS = re.compile(r"<[^<>]*>|\s")


class Chat(Protocol):
    """What renders a conversation: a tokenizer of transformers, or ours."""

    def apply_chat_template(
        self, conversation: list[Message], *, tools: object, tokenize: bool, add_generation_prompt: bool = False
    ) -> object:
        """The text, where ``tokenize`` is False."""


def has_several_turns(row: Mapping[str, object], turns: Turns = "all") -> bool:
    """Whether a row's mask is more than "everything after the prompt", which is all that TRL itself can make."""
    if "completion" not in row:
        return False
    earlier = turns == "all" and any(m.get("role") == "assistant" for m in messages_of(row, "prompt"))
    return earlier or len(messages_of(row, "completion")) > 1


def messages_of(row: Mapping[str, object], key: str) -> list[Message]:
    """The messages that a row has under a key."""
    value = row.get(key)
    return [m for m in value if isinstance(m, Mapping)] if isinstance(value, list) else []


def fitted(chat: Chat, row: dict[str, object]) -> dict[str, object]:
    """The row with its tool calls as the chat template takes them: objects, or where it wants text (DeepSeek), JSON."""
    keys = [k for k in ("prompt", "completion", "chosen", "rejected") if k in row]
    if not any(m.get("tool_calls") for k in keys for m in messages_of(row, k)):
        return row
    try:
        for answer in keys[1:]:
            whole = messages_of(row, "prompt") + messages_of(row, answer)
            chat.apply_chat_template(whole, tools=row.get("tools") or None, tokenize=False)
    except TypeError:
        return {**row, **{k: [_calls_as_text(m) for m in messages_of(row, k)] for k in keys}}
    return row


def turn_spans(
    chat: Chat, messages: Sequence[Message], tools: object, whole: str, turns: Sequence[int]
) -> list[tuple[int, int]]:
    """The characters of ``whole``, the rendered conversation, that each of ``turns`` (indices above 0) has written,
    its end-of-turn mark included. Turns that cannot be found for sure are left out."""
    from jinja2 import TemplateError

    spans = []
    for i in turns:
        try:
            span = _span(chat, list(messages[: i + 1]), tools, whole)
        except TemplateError:  # some templates refuse a beginning
            span = None
        if span is not None:
            spans.append(span)
    return spans


def lost_calls(messages: Sequence[Message], whole: str) -> bool:
    """Whether the rendered text lacks a tool call: the template knows none, and an answer of calls becomes empty."""
    return any(name not in whole for m in messages for name in _call_names(m))


def same_beginning(one: str, other: str) -> int:
    """How many characters at the beginning are the same."""
    length = min(len(one), len(other))
    if one[:length] == other[:length]:
        return length
    low, high = 0, length
    while high - low > 1:  # comparing slices is far faster than going character by character
        middle = (low + high) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle)
    return low


def _span(chat: Chat, messages: list[Message], tools: object, whole: str) -> tuple[int, int] | None:
    def render(some: list[Message], asking: bool = False) -> str:
        return str(chat.apply_chat_template(some, tools=tools, tokenize=False, add_generation_prompt=asking))

    asked = render(messages[:-1], asking=True)
    start = same_beginning(asked, whole)
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
    begin = same_beginning(alone, asked)
    for k in range(begin, len(alone)):
        if whole[start : start + 1] == alone[k] and whole.startswith(alone[k:], start):
            return (start, start + len(alone) - k) if _is_itself(messages[-1], alone[begin:k], alone[k:]) else None
    return None


def _is_itself(message: Message, lost: str, kept: str) -> bool:
    """Whether the turn has all it said in what is kept, and nothing of it in what is lost."""
    said = [message.get(key) or "" for key in ("content", "reasoning_content", "reasoning", "thinking")]
    text = _squeezed("".join(s for s in said if isinstance(s, str)))
    words = _NO_WORDS.sub("", lost)
    if words and words in _NO_WORDS.sub("", text):
        return False
    wanted = (str(message.get("content") or ""), *_call_names(message))
    return all(_squeezed(part) in _squeezed(kept) for part in wanted)


def _call_names(message: Message) -> list[str]:
    calls = message.get("tool_calls")
    return [str(_function(c).get("name", "")) for c in calls if isinstance(c, dict)] if isinstance(calls, list) else []


def _function(call: Mapping[str, object]) -> Mapping[str, object]:
    function = call.get("function", call)
    return function if isinstance(function, Mapping) else {}


def _calls_as_text(message: Message) -> Message:
    def as_text(call: object) -> object:
        function = call.get("function") if isinstance(call, Mapping) else None
        if not isinstance(call, Mapping) or not isinstance(function, Mapping):
            return call
        arguments = function.get("arguments")
        if isinstance(arguments, str):
            return call
        return {**call, "function": {**function, "arguments": json.dumps(arguments, ensure_ascii=False)}}

    calls = message.get("tool_calls")
    return {**message, "tool_calls": [as_text(c) for c in calls]} if isinstance(calls, list) else message


def _squeezed(text: str) -> str:
    return "".join(text.split())
