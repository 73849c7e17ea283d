"""Rows of conversations as hypothesis makes them, in the trainers' shape."""

from __future__ import annotations

from hypothesis import strategies as st

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(lambda text: text.strip())
ANY_TEXT = TEXTS | st.just("")
VALUES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | TEXTS
ARGUMENTS = st.dictionaries(TEXTS, VALUES | st.lists(VALUES, max_size=2), max_size=3)


@st.composite
def call(draw: st.DrawFn) -> dict[str, object]:
    """A native tool call in its normal shape."""
    made: dict[str, object] = {"type": "function", "function": {"name": draw(TEXTS), "arguments": draw(ARGUMENTS)}}
    return {"id": draw(TEXTS), **made} if draw(st.booleans()) else made


@st.composite
def answer(draw: st.DrawFn) -> dict[str, object]:
    """An assistant's turn: text, calls, or both."""
    turn: dict[str, object] = {"role": "assistant", "content": draw(TEXTS)}
    kind = draw(st.sampled_from(["text", "text", "calls", "both", "reasoning"]))
    if kind in {"calls", "both"}:
        turn["content"] = draw(TEXTS) if kind == "both" else ""
        turn["tool_calls"] = draw(st.lists(call(), min_size=1, max_size=2))
    if kind == "reasoning":
        turn["reasoning_content"] = draw(TEXTS)
    return turn


@st.composite
def prompt(draw: st.DrawFn) -> list[dict[str, object]]:
    """Turns that end in a question, or in what a tool gave back."""
    turns: list[dict[str, object]] = []
    if draw(st.booleans()):
        turns.append({"role": draw(st.sampled_from(["system", "developer"])), "content": draw(ANY_TEXT)})
    for _ in range(draw(st.integers(0, 2))):
        turns += [{"role": "user", "content": draw(ANY_TEXT)}, draw(answer())]
    turns.append({"role": "user", "content": draw(TEXTS)})
    if draw(st.booleans()):
        tool: dict[str, object] = {"role": "tool", "content": draw(ANY_TEXT)}
        if draw(st.booleans()):
            tool |= {"tool_call_id": draw(TEXTS), "name": draw(TEXTS)}
        turns += [draw(answer()), tool]
    return turns


@st.composite
def answered(draw: st.DrawFn) -> dict[str, object]:
    """A row with an answer, some with tools."""
    row: dict[str, object] = {"prompt": draw(prompt()), "completion": [draw(answer())]}
    if draw(st.booleans()):
        row["tools"] = [{"type": "function", "function": {"name": draw(TEXTS), "parameters": draw(ARGUMENTS)}}]
    return row


@st.composite
def labelled(draw: st.DrawFn) -> dict[str, object]:
    """A row for KTO."""
    row = draw(answered())
    tools = {"tools": row.pop("tools")} if "tools" in row else {}
    return {**row, **tools, "label": draw(st.booleans())}


@st.composite
def pairs(draw: st.DrawFn) -> dict[str, object]:
    """A row for DPO."""
    chosen, rejected = draw(answer()), draw(answer())
    if chosen == rejected:
        rejected = {"role": "assistant", "content": f"not {chosen['content']}"}
    return {"prompt": draw(prompt()), "chosen": [chosen], "rejected": [rejected]}


ROWS = answered() | labelled() | pairs() | st.builds(lambda text: {"text": text}, TEXTS)
