"""Which format a record is in, what is wrong with it, and the one shape the trainers take.

The trainers' shape: {"text"} for plain text; {"prompt": [messages], "completion": [messages]} for anything with an
answer, plus "label" for KTO; {"prompt", "chosen", "rejected"} for DPO; each but the first with "tools" where the row
has them. A conversation's last assistant turn is its completion and every turn before it, system prompts and tool calls
included, is its prompt.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from tuner.core.enums import DatasetFormat, Objective
from tuner.data.bad_record import BadRecord, short
from tuner.data.line import Record
from tuner.data.preferences import pair
from tuner.data.tool_calls import tool_list
from tuner.data.turns import Message, turns, with_system

__all__ = ["USABLE", "BadRecord", "Message", "convert", "detect", "purpose"]

_LABELS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}


def detect(record: Mapping[str, object]) -> DatasetFormat | None:
    """The format that a record's keys say, or None. A boolean ``label`` beside a conversation means KTO rows.

    Keys whose value is null are as if they were not there, unless there is nothing else.
    """
    if None in record.values():
        found = _by_keys(record, {k for k, v in record.items() if v is not None})
        if found is not None:
            return found
    return _by_keys(record, record.keys())


def _by_keys(record: Mapping[str, object], keys: Set[str]) -> DatasetFormat | None:
    if "chosen" in keys and "rejected" in keys:
        return DatasetFormat.PREFERENCE
    labelled = "label" in keys
    if "messages" in keys:
        return DatasetFormat.LABELLED if labelled else DatasetFormat.MESSAGES
    if "conversations" in keys:
        return DatasetFormat.LABELLED if labelled else DatasetFormat.CONVERSATIONS
    if "prompt" in keys and "completion" in keys:
        return DatasetFormat.LABELLED if labelled else DatasetFormat.PROMPT_COMPLETION
    if "instruction" in keys and "output" in keys:
        # Many such files have a column "label" that names a topic.
        return DatasetFormat.LABELLED if labelled and _truth(record["label"]) is not None else DatasetFormat.ALPACA
    return DatasetFormat.TEXT if "text" in keys else None


USABLE: dict[Objective, frozenset[DatasetFormat]] = {
    Objective.SFT: frozenset(
        {
            DatasetFormat.TEXT,
            DatasetFormat.MESSAGES,
            DatasetFormat.CONVERSATIONS,
            DatasetFormat.PROMPT_COMPLETION,
            DatasetFormat.ALPACA,
        }
    ),
    Objective.KTO: frozenset({DatasetFormat.LABELLED}),
    Objective.DPO: frozenset({DatasetFormat.PREFERENCE}),
}
USABLE[Objective.PRETRAIN] = USABLE[Objective.SFT]


def purpose(kind: DatasetFormat | None) -> Objective:
    """What rows of a format are made for; sft where nobody knows."""
    return {DatasetFormat.LABELLED: Objective.KTO, DatasetFormat.PREFERENCE: Objective.DPO}.get(
        kind or DatasetFormat.AUTO, Objective.SFT
    )


def convert(record: Record, kind: DatasetFormat) -> Record:
    """A record in the trainers' shape.

    Raises:
        BadRecord: the record lacks what its format promises.
    """
    if kind is DatasetFormat.LABELLED:
        inner = detect({k: v for k, v in record.items() if k != "label"})
        return {**_answered(record, inner), "label": _label(record)}
    if kind is DatasetFormat.PREFERENCE:
        return _with_tools(pair(record), record)
    if kind is DatasetFormat.TEXT:
        return {"text": _text(record, "text")}
    return _answered(record, kind)


def _answered(record: Record, kind: DatasetFormat | None) -> Record:
    if kind is DatasetFormat.ALPACA:
        prompt, completion = _alpaca(record)
    elif kind is DatasetFormat.PROMPT_COMPLETION:
        prompt, completion = turns(record, "prompt", "user"), turns(record, "completion", "assistant")
        if completion[-1]["role"] != "assistant":
            raise BadRecord("NO_ANSWER", "the last turn of completion is not the assistant's")
    elif kind is DatasetFormat.MESSAGES or kind is DatasetFormat.CONVERSATIONS:
        prompt, completion = _conversation(record, kind.value)
    else:
        raise BadRecord("UNKNOWN_FORMAT", f"keys {', '.join(sorted(map(str, record))) or '(none)'} fit no known format")
    for turn in prompt:
        if turn["content"] or "tool_calls" in turn:
            break
    else:
        raise BadRecord("EMPTY", "every turn before the answer is empty")
    return _with_tools({"prompt": with_system(prompt, record), "completion": completion}, record)


def _conversation(record: Record, key: str) -> tuple[list[Message], list[Message]]:
    messages = turns(record, key, "user", conversation=True)
    if messages[-1]["role"] != "assistant":
        raise BadRecord("NO_ANSWER", "the last turn is not the assistant's, so there is nothing to learn")
    if len(messages) < 2:
        raise BadRecord("NO_PROMPT", "there is no turn before the answer")
    return messages[:-1], messages[-1:]


def _alpaca(record: Record) -> tuple[list[Message], list[Message]]:
    question, answer = _text(record, "instruction"), _text(record, "output")
    extra = record.get("input")
    if isinstance(extra, str) and extra.strip():
        question = f"{question}\n\n{extra}"
    prompt: list[Message] = []
    for i, round_ in enumerate(_history(record)):
        if not isinstance(round_, list) or len(round_) != 2 or not all(isinstance(t, str) for t in round_):
            raise BadRecord("BAD_TURN", f"history[{i}] is not a question and its answer")
        prompt += [{"role": "user", "content": round_[0]}, {"role": "assistant", "content": round_[1]}]
    prompt.append({"role": "user", "content": question})
    return prompt, [{"role": "assistant", "content": answer}]


def _history(record: Record) -> list[object]:
    value = record.get("history")
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise BadRecord("BAD_TURN", "history is not a list of questions and answers")
    return value


def _with_tools(shape: Record, record: Record) -> Record:
    if not record.get("tools"):
        return shape
    tools = tool_list(record["tools"])
    return {**shape, "tools": tools} if tools else shape


def _text(record: Record, key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        raise BadRecord("MISSING_KEY", f"has no {key}" if value is None else f"{key} is not text")
    if not value or value.isspace():
        raise BadRecord("EMPTY", f"{key} is empty")
    return value


def _label(record: Record) -> bool:
    value = _truth(record.get("label"))
    if value is None:
        raise BadRecord("BAD_LABEL", f"label must be true or false, not {short(record.get('label'))}")
    return value


def _truth(value: object) -> bool | None:
    """A label's meaning; CSV has text for it, and other tools write 1 and 0."""
    if isinstance(value, bool):
        return value
    return _LABELS.get(str(value).strip().lower()) if isinstance(value, str | int | float) else None
