"""Pairs for DPO, in every common shape, as {"prompt", "chosen", "rejected"} [+ "tools"].

The prompt is a key of its own (prompt, question or instruction), or the turns that chosen and rejected begin with
alike, or both, or (as in Anthropic's helpful/harmless data) text with the marks Human: and Assistant:.
"""

from __future__ import annotations

import re

from tuner.data.bad_record import BadRecord
from tuner.data.line import Record
from tuner.data.turns import Message, turns, with_system

_QUESTIONS = ("prompt", "question", "instruction")
_MARKED = re.compile(r"(?:^|\n\n)(Human|Assistant): ?")


def pair(record: Record) -> Record:
    """A record's prompt and its two answers.

    Raises:
        BadRecord: one of them is missing, both answers are the same, or the prompt is not plain.
    """
    chosen, rejected = _answer(record, "chosen"), _answer(record, "rejected")
    given = _given(record)
    if chosen[0]["role"] in {"assistant", "tool"} or rejected[0]["role"] in {"assistant", "tool"}:
        if given is None:
            raise BadRecord("MISSING_KEY", "has no prompt, and chosen and rejected do not begin with one")
        prompt = given
    else:
        shared = _shared(chosen, rejected)
        if not shared:
            raise BadRecord("NO_PROMPT", "chosen and rejected are conversations that do not begin alike")
        prompt = _agreed(given, chosen[:shared])
        chosen, rejected = chosen[shared:], rejected[shared:]
        if chosen[0]["role"] == "user" or rejected[0]["role"] == "user":
            raise BadRecord("NO_PROMPT", "chosen and rejected part before an answer, at a question")
    if chosen == rejected:
        raise BadRecord("NO_PREFERENCE", "chosen and rejected are the same")
    for key, answer in (("chosen", chosen), ("rejected", rejected)):
        if not answer or answer[-1]["role"] != "assistant":
            raise BadRecord("NO_ANSWER", f"the last turn of {key} is not the assistant's")
    return {"prompt": with_system(prompt, record), "chosen": chosen, "rejected": rejected}


def _given(record: Record) -> list[Message] | None:
    """The prompt under a key of its own."""
    for key in ("messages", "conversations"):
        if record.get(key) is not None:
            return turns(record, key, "user", conversation=True)
    question = next((k for k in _QUESTIONS if record.get(k) is not None), None)
    if question is None:
        return None
    found = turns(record, question, "user")
    extra = record.get("input")
    if question == "instruction" and isinstance(extra, str) and extra.strip():
        return [*found[:-1], {"role": "user", "content": f"{found[-1]['content']}\n\n{extra}"}]
    return found


def _answer(record: Record, key: str) -> list[Message]:
    value = record.get(key)
    if isinstance(value, str):
        marked = _marked_turns(value)
        if marked:
            return turns({key: marked}, key, "assistant")
    return turns(record, key, "assistant")


def _marked_turns(text: str) -> list[Message]:
    """The turns of a text with the marks Human: and Assistant:; none where it does not begin with one."""
    if not text.lstrip().startswith(("Human:", "Assistant:")):
        return []
    parts = _MARKED.split(text.strip())
    roles = {"Human": "user", "Assistant": "assistant"}
    return [{"role": roles[m], "content": t.strip()} for m, t in zip(parts[1::2], parts[2::2], strict=True)]


def _shared(first: list[Message], second: list[Message]) -> int:
    """How many turns two conversations begin with alike; an answer is left to each."""
    most = min(len(first), len(second)) - 1
    return next((i for i in range(most) if first[i] != second[i]), max(most, 0))


def _agreed(given: list[Message] | None, shared: list[Message]) -> list[Message]:
    """The longer of the given prompt and the shared turns; the shorter must be its end, or its beginning."""
    if given is None or given == shared[-len(given) :] or given == shared[: len(given)]:
        return shared
    if given[-len(shared) :] == shared:
        return given
    raise BadRecord("NO_PROMPT", "the prompt is not what chosen and rejected begin with")
