"""The text that training makes of a row, and which of its characters are learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tuner.core.enums import Objective
from tuner.data.chat_tokenizer import ChatTokenizer
from tuner.data.learned_turns import (
    GENERATION_MARK,
    LOST,
    OPENING,
    REWRITTEN,
    Message,
    Turns,
    fitted,
    has_several_turns,
    lost_calls,
    messages_of,
    same_beginning,
    turn_spans,
)
from tuner.data.templates import refusals

Span = tuple[int, int | None]
"""Characters; None: to the end."""


@dataclass(frozen=True, slots=True)
class Learning:
    """What is learned of a row: which assistant turns (SFT), or everything."""

    objective: Objective
    turns: Turns = "all"
    on_inputs: bool = False


class Sequence(NamedTuple):
    """One text that goes to the model.

    ``spans`` None: all of it is learned. ``head`` is the prompt as the model is asked, where the learned part begins
    behind it. ``special``: the tokenizer puts its own tokens around. ``cut`` False: what is too long is not cut off but
    goes on in the next block.
    """

    text: str
    spans: list[Span] | None = None
    head: str = ""
    special: bool = False
    cut: bool = True


def row_sequences(tokenizer: ChatTokenizer, row: dict[str, object], learning: Learning) -> tuple[list[Sequence], str]:
    """The texts of a row in the trainers' shape (two of a preference row), and a note on what cannot be learned.

    Raises:
        TemplateRefused: the chat template does not take the conversation.
        TokenizerUnreadable: the model has no chat template, and the row is a conversation.
    """
    text = row.get("text")
    if isinstance(text, str):
        return [_prose(tokenizer, text, learning)], ""
    with refusals():
        return _conversation(tokenizer, row, learning)


def _prose(tokenizer: ChatTokenizer, text: str, learning: Learning) -> Sequence:
    if learning.objective is Objective.PRETRAIN:
        return Sequence(text, cut=False)
    end = tokenizer.eos
    return Sequence(text if not end or text.endswith(end) else text + end, special=True)


def _conversation(tokenizer: ChatTokenizer, row: dict[str, object], learning: Learning) -> tuple[list[Sequence], str]:
    chat = _Rendered(tokenizer)
    row = fitted(chat, row)
    tools = row.get("tools") or None
    prompt = messages_of(row, "prompt")
    if learning.objective is Objective.DPO:
        pair = [chat.text(prompt + messages_of(row, key), tools) for key in ("chosen", "rejected")]
        head = chat.asked(prompt, tools)
        start = min(same_beginning(head, text) for text in pair)
        return [Sequence(text, [(start, None)], head) for text in pair], ""
    messages = prompt + messages_of(row, "completion")
    if learning.objective is Objective.SFT and not learning.on_inputs and has_several_turns(row, learning.turns):
        return _several(chat, row, messages, tools, learning.turns)
    text = chat.text(messages, tools)
    note = LOST if _calls(messages) and lost_calls(messages, text) else ""
    if learning.on_inputs:
        return [Sequence(text)], note
    head = chat.asked(prompt, tools)
    return [Sequence(text, [(same_beginning(head, text), None)], head)], note


def _several(
    chat: _Rendered, row: Mapping[str, object], messages: list[Message], tools: object, turns: Turns
) -> tuple[list[Sequence], str]:
    last = len(messages) - 1 if messages[-1].get("role") == "assistant" else len(messages)
    text = chat.text(messages, tools)
    note = LOST if _calls(messages) and lost_calls(messages, text) else ""
    spans: list[Span] = []
    marked = chat.marked(messages, tools)
    if marked:
        begin = 0
        if turns == "last":
            begin = same_beginning(chat.asked(messages_of(row, "prompt"), tools), text)
        spans += [(max(start, begin), end) for start, end in marked if end > begin]
    else:
        first = 0 if turns == "all" else len(messages_of(row, "prompt"))
        wanted = [i for i in range(first, last) if messages[i].get("role") == "assistant"]
        asked = [i for i in wanted if i]
        found = turn_spans(chat, messages, tools, text, asked)
        note = note or (REWRITTEN if len(found) < len(asked) else OPENING if len(asked) < len(wanted) else "")
        spans += found
    head = ""
    if last < len(messages):
        head = chat.asked(messages[:last], tools)
        spans.append((same_beginning(head, text), None))
    return [Sequence(text, spans, head)], note


def _calls(messages: list[Message]) -> bool:
    return any(m.get("tool_calls") for m in messages)


class _Rendered:
    """Renders the beginnings of one row's conversations, each once."""

    def __init__(self, tokenizer: ChatTokenizer) -> None:
        self._template = tokenizer.chat_template()
        self._known: dict[tuple[bool, tuple[int, ...]], str] = {}
        self._kept: list[list[Message]] = []

    def text(self, messages: list[Message], tools: object, *, asking: bool = False) -> str:
        key = (asking, tuple(map(id, messages)))
        found = self._known.get(key)
        if found is None:
            self._kept.append(messages)  # an id is only a message's own while it lives
            found = self._known[key] = self._template.render(messages, tools, generation=asking)
        return found

    def asked(self, prompt: list[Message], tools: object) -> str:
        """What the model is asked with; nothing where nothing is asked."""
        return self.text(prompt, tools, asking=True) if prompt else ""

    def apply_chat_template(
        self, conversation: list[Message], *, tools: object, tokenize: bool = False, add_generation_prompt: bool = False
    ) -> str:
        return self.text(conversation, tools, asking=add_generation_prompt)

    def marked(self, messages: list[Message], tools: object) -> list[tuple[int, int]]:
        if not GENERATION_MARK.search(self._template.source(tools)):
            return []
        return self._template.render_marked(messages, tools)[1]
