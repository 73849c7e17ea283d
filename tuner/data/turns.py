"""The turns of a conversation in one shape: {role, content [, tool_calls, tool_call_id, name, reasoning …]}."""

from __future__ import annotations

import json

from tuner.data.bad_record import BadRecord, short
from tuner.data.line import Record
from tuner.data.tool_calls import native_call, native_calls

Message = dict[str, object]

ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})
_OTHER_NAMES = {
    "human": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "function": "tool",
    "function_response": "tool",
    "observation": "tool",
    "ipython": "tool",
}
_CALL = "function_call"
"""ShareGPT's role of a turn that is a call, and OpenAI's older key of one."""

_TEXTS = ("tool_call_id", "name", "reasoning", "reasoning_content", "thinking")


def turns(record: Record, key: str, role: str, *, conversation: bool = False) -> list[Message]:
    """The turns under a key; a text is one turn of ``role``, but JSON where only a conversation can stand.

    Raises:
        BadRecord: none, or one that is not whole.
    """
    value = record.get(key)
    if isinstance(value, str) and conversation:
        value = _decoded(value, key)
    if isinstance(value, str):
        if not value or value.isspace():
            raise BadRecord("EMPTY", f"{key} is empty")
        return [{"role": role, "content": value}]
    if isinstance(value, dict) and not conversation:
        value = [value]
    if value is None:
        raise BadRecord("MISSING_KEY", f"has no {key}")
    if not isinstance(value, list) or not value:
        raise BadRecord("EMPTY", f"{key} is empty" if not value else f"{key} is neither text nor a list of turns")
    found: list[Message] = []
    for place, each in enumerate(value):
        if not isinstance(each, dict):
            raise BadRecord("BAD_TURN", f"{key}[{place}] is not an object with role and content")
        if len(each) == 2:  # most turns are just this, and rows are many
            role_here, content = each.get("role"), each.get("content")
            if content and type(content) is str and type(role_here) is str and role_here in ROLES:
                if role_here == "assistant" and content.isspace():
                    raise BadRecord("EMPTY", f"{key}[{place}] is an empty answer")
                found.append({"role": role_here, "content": content})
                continue
        found.append(_other_turn(each, f"{key}[{place}]"))
    return found


def with_system(messages: list[Message], record: Record) -> list[Message]:
    """The turns behind the system prompt that stands beside them in the record, if there is one.

    Raises:
        BadRecord: it is no text, or the turns have another one.
    """
    value = record.get("system", record.get("system_prompt"))
    if value is None or value == "":
        return messages
    if not isinstance(value, str):
        raise BadRecord("BAD_TURN", "system is not text")
    if messages[0]["role"] in {"system", "developer"}:
        if messages[0]["content"] != value:
            raise BadRecord("BAD_TURN", "has two system prompts, one beside the turns and another in them")
        return messages
    return [{"role": "system", "content": value}, *messages]


def _other_turn(value: Record, where: str) -> Message:
    role = value.get("role") or value.get("from")
    content = value.get("content", value.get("value"))
    if role == _CALL:
        return {"role": "assistant", "content": "", "tool_calls": _shared_calls(content, where)}
    role = _OTHER_NAMES.get(role, role) if isinstance(role, str) else role
    if not isinstance(role, str) or role not in ROLES:
        raise BadRecord("BAD_ROLE", f"{where} has role {short(role)}; known: {', '.join(sorted(ROLES))}")
    calls = native_calls(value["tool_calls"], where) if value.get("tool_calls") else []
    if value.get(_CALL):
        calls = [*calls, native_call(value[_CALL], f"{where}.{_CALL}")]
    if content is None and not calls:
        raise BadRecord("BAD_TURN", f"{where} has no text content")
    text = "" if content is None else _content(content, role, where)
    if role == "assistant" and not calls and not text.strip():
        raise BadRecord("EMPTY", f"{where} is an empty answer")
    turn: Message = {"role": role, "content": text}
    if calls:
        turn["tool_calls"] = calls
    for key in _TEXTS:
        extra = value.get(key)
        if isinstance(extra, str) and extra:
            turn[key] = extra
    return turn


def _shared_calls(content: object, where: str) -> list[dict[str, object]]:
    """ShareGPT's function_call: JSON of one call, or of a list of them."""
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except (ValueError, RecursionError) as error:
            message = f"{where}: the function call is not valid JSON ({getattr(error, 'msg', error)})"
            raise BadRecord("BAD_TOOL_CALL", message) from error
    calls = content if isinstance(content, list) else [content]
    if not calls:
        raise BadRecord("BAD_TOOL_CALL", f"{where} calls nothing")
    return [native_call(call, where) for call in calls]


def _content(content: object, role: str, where: str) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list) and content and all(isinstance(part, dict) and "type" in part for part in content):
        other = next((part["type"] for part in content if part["type"] != "text"), None)
        if other is not None:
            raise BadRecord("BAD_TURN", f"{where} holds {short(other)}, and only text can be learned")
        texts = [part.get("text") for part in content]
        if all(isinstance(text, str) for text in texts):
            return "".join(str(text) for text in texts)
    if role == "tool" and isinstance(content, dict | list):
        try:
            return json.dumps(content, ensure_ascii=False)
        except (ValueError, TypeError, RecursionError) as error:
            raise BadRecord("BAD_TURN", f"{where} is not text") from error
    raise BadRecord("BAD_TURN", f"{where} has no text content")


def _decoded(text: str, key: str) -> object:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRecord("BAD_TURN", f"{key} is text, not a list of turns") from error
    if not isinstance(value, list):
        raise BadRecord("BAD_TURN", f"{key} is text, not a list of turns")
    return value
