"""A row in the trainers' shape written in a dataset format: the way back from ``tuner.data.formats.convert``.

What a format cannot hold is never left out: the row is refused with the reason. Two things are not a loss but the
point: without pairs a preference row is its chosen answer, and plain rows are made of wanted answers only.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from tuner.core.enums import DatasetFormat
from tuner.data.bad_record import BadRecord
from tuner.data.line import Record
from tuner.data.turns import Message

Reshape = Callable[[Record], list[Record]]


def reshape(row: Record, to: DatasetFormat) -> list[Record]:
    """The records of a format that say what a row does: one, or two of a pair.

    Raises:
        BadRecord: the format cannot hold the row (code CANNOT_HOLD).
        KeyError: ``to`` is no format that can be written (auto).
    """
    return _WRITERS[to](row)


def _text(row: Record) -> list[Record]:
    if "text" in row:
        return [{"text": row["text"]}]
    plain = _plain(row)
    if "tools" in plain or any("tool_calls" in turn for turn in _messages(plain)):
        raise _cannot("text", "tools: only a model's chat template writes them as text")
    return [{"text": "\n\n".join(str(turn["content"]) for turn in _messages(plain) if turn["content"])}]


def _messages_format(row: Record) -> list[Record]:
    plain = _plain(row)
    return [_with_tools({"messages": _messages(plain)}, plain)]


def _prompt_completion(row: Record) -> list[Record]:
    plain = _plain(row)
    return [_with_tools({"prompt": plain["prompt"], "completion": plain["completion"]}, plain)]


def _conversations(row: Record) -> list[Record]:
    plain = _plain(row)
    record: Record = {"conversations": [_shared(turn) for turn in _messages(plain)]}
    if "tools" in plain:
        record["tools"] = json.dumps(plain["tools"], ensure_ascii=False)
    return [record]


def _alpaca(row: Record) -> list[Record]:
    plain = _plain(row)
    messages = _messages(plain)
    if "tools" in plain or any(len(turn) > 2 for turn in messages):
        raise _cannot("alpaca", "tools")
    system = str(messages.pop(0)["content"]) if messages[0]["role"] == "system" else None
    if [turn["role"] for turn in messages] != ["user", "assistant"] * (len(messages) // 2):
        raise _cannot("alpaca", "turns that are not question and answer in turn")
    texts = [str(turn["content"]) for turn in messages]
    if not texts[-2].strip():
        raise _cannot("alpaca", "an empty question")
    record: Record = {"instruction": texts[-2], "input": "", "output": texts[-1]}
    if system is not None:
        if not system:
            raise _cannot("alpaca", "an empty system prompt")
        record["system"] = system
    if len(texts) > 2:
        record["history"] = [[texts[i], texts[i + 1]] for i in range(0, len(texts) - 2, 2)]
    return [record]


def _preference(row: Record) -> list[Record]:
    if "chosen" not in row:
        raise BadRecord("CANNOT_HOLD", "has one answer, and a preference row needs a chosen and a rejected one")
    return [row]


def _labelled(row: Record) -> list[Record]:
    if "chosen" in row:
        base: Record = _with_tools({"prompt": row["prompt"]}, row)
        return [
            {**base, "completion": row["chosen"], "label": True},
            {**base, "completion": row["rejected"], "label": False},
        ]
    if "label" not in row:
        raise BadRecord("CANNOT_HOLD", "has no label that says whether its answer is wanted")
    return [row]


def _plain(row: Record) -> Record:
    """The row as prompt and completion that are to be learned."""
    if "text" in row:
        raise BadRecord("CANNOT_HOLD", "is plain text, without a question and an answer")
    if "chosen" in row:
        return _with_tools({"prompt": row["prompt"], "completion": row["chosen"]}, row)
    if row.get("label") is False:
        raise BadRecord("UNWANTED", "its answer is labelled as unwanted, and would be learned as a good one")
    return row


def _messages(row: Record) -> list[Message]:
    prompt, completion = row["prompt"], row["completion"]
    assert isinstance(prompt, list) and isinstance(completion, list)  # the trainers' shape
    return [*prompt, *completion]


def _with_tools(record: Record, row: Record) -> Record:
    return {**record, "tools": row["tools"]} if "tools" in row else record


def _shared(turn: Message) -> Record:
    """A turn with ShareGPT's names; what these do not know keeps its own key."""
    calls = turn.get("tool_calls")
    if isinstance(calls, list) and not turn["content"] and len(turn) == 3 and not any("id" in call for call in calls):
        functions = [call["function"] for call in calls]
        value = json.dumps(functions if len(functions) > 1 else functions[0], ensure_ascii=False)
        return {"from": "function_call", "value": value}
    role = str(turn["role"])
    rest = {key: value for key, value in turn.items() if key not in {"role", "content"}}
    return {"from": _SHARED_NAMES.get(role, role), "value": turn["content"], **rest}


def _cannot(name: str, what: str) -> BadRecord:
    return BadRecord("CANNOT_HOLD", f"{name} rows cannot hold {what}")


_SHARED_NAMES = {"user": "human", "assistant": "gpt", "tool": "observation"}
_WRITERS: dict[DatasetFormat, Reshape] = {
    DatasetFormat.TEXT: _text,
    DatasetFormat.MESSAGES: _messages_format,
    DatasetFormat.CONVERSATIONS: _conversations,
    DatasetFormat.PROMPT_COMPLETION: _prompt_completion,
    DatasetFormat.ALPACA: _alpaca,
    DatasetFormat.PREFERENCE: _preference,
    DatasetFormat.LABELLED: _labelled,
}
