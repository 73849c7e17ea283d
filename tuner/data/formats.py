"""Which format a record is in, what is wrong with it, and the one shape the trainers take.

The trainers' shape: {"text"} for plain text; {"prompt": [messages], "completion": [messages]} for anything with an
answer, plus "label" for KTO; {"prompt", "chosen", "rejected"} for DPO. A conversation's last assistant turn is its
completion and every turn before it, system prompts and tool calls included, is its prompt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tuner.core.enums import DatasetFormat, Objective
from tuner.data.records import Record

Message = dict[str, object]

_ROLES = {"human": "user", "gpt": "assistant", "bot": "assistant", "function": "tool", "observation": "tool"}
_KNOWN_ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class BadRecord(Exception):
    """A record that the trainer cannot use; ``code`` groups the reasons."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def detect(record: Mapping[str, object]) -> DatasetFormat | None:
    """The format that a record's keys say, or None. A boolean ``label`` beside a conversation means KTO rows."""
    keys = record.keys()
    if "chosen" in keys and "rejected" in keys:
        return DatasetFormat.PREFERENCE
    answered = "messages" in keys or "conversations" in keys or {"prompt", "completion"} <= keys
    if answered and "label" in keys:
        return DatasetFormat.LABELLED
    if "messages" in keys:
        return DatasetFormat.MESSAGES
    if "conversations" in keys:
        return DatasetFormat.CONVERSATIONS
    if {"prompt", "completion"} <= keys:
        return DatasetFormat.PROMPT_COMPLETION
    if {"instruction", "output"} <= keys:
        return DatasetFormat.ALPACA
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


def convert(record: Record, kind: DatasetFormat, objective: Objective) -> Record:
    """A record in the trainers' shape.

    Raises:
        BadRecord: the record lacks what its format promises, or the objective cannot use it.
    """
    if kind is DatasetFormat.LABELLED:
        return {**_answered(record, detect({k: v for k, v in record.items() if k != "label"})), "label": _label(record)}
    if kind is DatasetFormat.PREFERENCE:
        return _preference(record)
    if kind is DatasetFormat.TEXT:
        return {"text": _text(record, "text")}
    return _answered(record, kind)


def _answered(record: Record, kind: DatasetFormat | None) -> Record:
    if kind is DatasetFormat.ALPACA:
        question = _text(record, "instruction")
        extra = record.get("input")
        if isinstance(extra, str) and extra.strip():
            question = f"{question}\n\n{extra}"
        return _pair([{"role": "user", "content": question}], _text(record, "output"))
    if kind is DatasetFormat.PROMPT_COMPLETION:
        prompt, completion = _turns(record, "prompt", "user"), _turns(record, "completion", "assistant")
        return _with_tools({"prompt": prompt, "completion": completion}, record)
    if kind in {DatasetFormat.MESSAGES, DatasetFormat.CONVERSATIONS}:
        messages = _turns(record, "messages" if kind is DatasetFormat.MESSAGES else "conversations", "user")
        if messages[-1]["role"] != "assistant":
            raise BadRecord("NO_ANSWER", "the last turn is not the assistant's, so there is nothing to learn")
        if len(messages) < 2:
            raise BadRecord("NO_PROMPT", "there is no turn before the answer")
        return _with_tools({"prompt": messages[:-1], "completion": messages[-1:]}, record)
    raise BadRecord("UNKNOWN_FORMAT", f"keys {', '.join(sorted(map(str, record))) or '(none)'} fit no known format")


def _preference(record: Record) -> Record:
    if "prompt" not in record:
        raise BadRecord("MISSING_KEY", "has no prompt")
    return {
        "prompt": _turns(record, "prompt", "user"),
        "chosen": _turns(record, "chosen", "assistant"),
        "rejected": _turns(record, "rejected", "assistant"),
    }


def _pair(prompt: list[Message], answer: str) -> Record:
    return {"prompt": prompt, "completion": [{"role": "assistant", "content": answer}]}


def _with_tools(shape: Record, record: Record) -> Record:
    return {**shape, "tools": record["tools"]} if record.get("tools") else shape


def _turns(record: Record, key: str, role: str) -> list[Message]:
    value = record.get(key)
    if isinstance(value, str):
        return [{"role": role, "content": _text(record, key)}]
    if not isinstance(value, Sequence) or not value:
        raise BadRecord("EMPTY", f"{key} is empty" if not value else f"{key} is neither text nor a list of turns")
    return [_turn(turn, f"{key}[{i}]") for i, turn in enumerate(value)]


def _turn(turn: object, where: str) -> Message:
    if not isinstance(turn, Mapping):
        raise BadRecord("BAD_TURN", f"{where} is not an object with role and content")
    role, content = turn.get("role", turn.get("from")), turn.get("content", turn.get("value"))
    role = _ROLES.get(str(role), role)
    if not isinstance(role, str) or role not in _KNOWN_ROLES:
        raise BadRecord("BAD_ROLE", f"{where} has role {role!r}; known: {', '.join(sorted(_KNOWN_ROLES))}")
    calls = turn.get("tool_calls")
    if not isinstance(content, str) and not calls:
        raise BadRecord("BAD_TURN", f"{where} has no text content")
    if role == "assistant" and not calls and not str(content).strip():
        raise BadRecord("EMPTY", f"{where} is an empty answer")
    extra = {k: turn[k] for k in ("tool_calls", "tool_call_id", "name") if turn.get(k)}
    return {"role": role, "content": content if isinstance(content, str) else "", **extra}


def _text(record: Record, key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        raise BadRecord("MISSING_KEY", f"has no {key}" if value is None else f"{key} is not text")
    if not value.strip():
        raise BadRecord("EMPTY", f"{key} is empty")
    return value


def _label(record: Record) -> bool:
    value = record.get("label")
    if isinstance(value, str) and value.lower() in _BOOLEANS:  # CSV has no booleans
        return _BOOLEANS[value.lower()]
    if not isinstance(value, bool):
        raise BadRecord("BAD_LABEL", f"label must be true or false, not {value!r}")
    return value
