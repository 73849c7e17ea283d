"""Tool calls: the native ones in one shape, and which textual spellings an answer uses.

Native calls become {"type": "function", "function": {"name", "arguments": object}}, and "id" where one is given,
because chat templates want objects. The textual spellings (Qwen's <tool_call>, Mistral's [TOOL_CALLS], tool_call: name)
stay as they were written: they are what the model is to say.
"""

from __future__ import annotations

import json
import re

from tuner.data.bad_record import BadRecord

DEEPEST = 64
"""Levels of nesting in arguments and tool descriptions; no template needs more, and recursion ends somewhere."""

_TAGGED = re.compile(r"<tool_call>(.*?)</tool_call>", re.DOTALL)
_BRACKETED = re.compile(r"\[TOOL_CALLS\]\s*(\[.*\])", re.DOTALL)
_NAMED = re.compile(r"^tool_call: *(\S+)[ \t]*\n+arguments: *(.*)", re.MULTILINE | re.DOTALL)


def native_calls(value: object, where: str) -> list[dict[str, object]]:
    """The calls of a turn.

    Raises:
        BadRecord: no list of calls, one without a name, or arguments that are no JSON object.
    """
    if isinstance(value, str):
        value = _parsed(value, f"{where}.tool_calls")
    if not isinstance(value, list):
        raise BadRecord("BAD_TOOL_CALL", f"{where}.tool_calls is not a list")
    return [native_call(call, f"{where}.tool_calls[{i}]") for i, call in enumerate(value)]


def native_call(value: object, where: str) -> dict[str, object]:
    """One call, written as {"function": {"name", "arguments"}} or as {"name", "arguments"}."""
    if not isinstance(value, dict):
        raise BadRecord("BAD_TOOL_CALL", f"{where} is not an object")
    function = value.get("function", value)
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(function, dict) or not isinstance(name, str) or not name.strip():
        raise BadRecord("BAD_TOOL_CALL", f"{where} has no function name")
    arguments = _arguments(function.get("arguments"), where)
    call: dict[str, object] = {"type": "function", "function": {"name": name, "arguments": arguments}}
    identity = value.get("id")
    return {"id": identity, **call} if isinstance(identity, str) and identity else call


def tool_list(value: object) -> list[dict[str, object]]:
    """A row's tool descriptions, a list or JSON text of one.

    Raises:
        BadRecord: they are something else.
    """
    if isinstance(value, str):
        value = _parsed(value, "tools") if value.strip() else []
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(tool, dict) for tool in value):
        raise BadRecord("BAD_TOOLS", "tools is not a list of objects")
    refuse_depth(value, "tools")
    return value


def spelling(text: str) -> str:
    """Which textual spelling of a tool call stands in an answer: qwen, mistral, text, or ""."""
    if "<tool_call>" in text:
        return "qwen"
    if "[TOOL_CALLS]" in text:
        return "mistral"
    return "text" if "tool_call:" in text and _NAMED.search(text) else ""


def spelling_problem(text: str) -> str:
    """What is wrong with the textual tool calls of an answer; "" where nothing is."""
    kind = spelling(text)
    if kind == "qwen":
        if text.count("<tool_call>") != text.count("</tool_call>"):
            return "a <tool_call> is not closed"
        parts = [found for found in _TAGGED.findall(text) if "<function=" not in found]  # Qwen's coders write XML
    elif kind == "mistral":
        found = _BRACKETED.search(text)
        parts = [found[1]] if found else []
    elif kind == "text":
        parts = [found[1] for found in _NAMED.findall(text)]
        decode = json.JSONDecoder().raw_decode
        for part in parts:
            try:
                decode(part)
            except (ValueError, RecursionError):
                return "the arguments of a tool call are not valid JSON"
        return ""
    else:
        return ""
    for part in parts:
        try:
            json.loads(part)
        except (ValueError, RecursionError):
            return "a tool call in the text is not valid JSON"
    return ""


def refuse_depth(value: object, where: str) -> None:
    """Raise for nesting that no template needs.

    Raises:
        BadRecord: deeper than DEEPEST.
    """
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise BadRecord("TOO_DEEP", f"{where} is nested more than {DEEPEST} levels deep")


def _arguments(value: object, where: str) -> object:
    if value is None or (isinstance(value, str) and not value.strip()):
        return {}
    if isinstance(value, str):
        value = _parsed(value, f"{where}: arguments")
    if not isinstance(value, dict):
        raise BadRecord("BAD_TOOL_CALL", f"{where}: arguments are not a JSON object")
    refuse_depth(value, where)
    return value


def _parsed(text: str, where: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRecord("BAD_TOOL_CALL", f"{where} is not valid JSON ({getattr(error, 'msg', error)})") from error
