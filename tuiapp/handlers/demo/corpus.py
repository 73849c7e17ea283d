"""What the demo's base model is trained on: the text that every Python carries, and calls to other tools.

The household tools, their names and their sentences never occur here; only the values (rooms, people, …) are shared.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pydoc_data.topics import topics

from tuiapp.handlers.demo.words import DEGREES, MUSIC, OPENINGS, PEOPLE, ROOMS, STATES, TIMES, UNITS

Row = dict[str, object]

_NUMBERS = sorted({*TIMES, *DEGREES})
# tool, sentences, argument → which value it takes
_TOOLS: list[tuple[str, list[str], dict[str, str]]] = [
    (
        "book_table",
        ["book a table for {p} at {n}", "{p} wants a table at {n}", "reserve {n} seats for {p}"],
        {"guest": "p", "count": "n"},
    ),
    (
        "send_mail",
        ["mail {p} about {w}", "write to {p} that {w} is ready", "send {p} the {w}"],
        {"to": "p", "subject": "w"},
    ),
    ("add_item", ["add {n} {w} to the list", "we need {n} {w}", "buy {w}, {n} of them"], {"item": "w", "count": "n"}),
    ("clean", ["clean the {r}", "sweep the {r} for {n} {u}", "the {r} is dirty"], {"place": "r"}),
    ("paint", ["paint the {r} {w}", "make the {r} look {w}", "the {r} should be {w}"], {"room": "r", "colour": "w"}),
    ("weigh", ["weigh {n} {w}", "how heavy are {n} {w}"], {"what": "w", "amount": "n"}),
    ("lock", ["lock the {r} door {s}", "door of the {r} {s}", "the {r} door goes {s}"], {"door": "r", "state": "s"}),
    (
        "buy_record",
        ["buy {m} for {p}", "get {p} some {m}", "order {m}, a gift for {p}"],
        {"style": "m", "contact": "p"},
    ),
    ("wait", ["wait {n} {u}", "hold on for {n} {u}", "pause {n} {u}"], {"value": "n", "unit": "u"}),
    ("move", ["move {p} to the {r}", "{p} sleeps in the {r}", "take {p} to the {r}"], {"who": "p", "room": "r"}),
    ("find", ["find {w}", "where is {w}", "look for the {w} in the {r}"], {"query": "w"}),
    ("pay", ["pay {p} {n} euros", "{p} gets {n} euros", "transfer {n} to {p}"], {"contact": "p", "euros": "n"}),
]


def prose() -> list[str]:
    """Python's own documentation topics, in order of name."""
    return [topics[name] for name in sorted(topics)]


def episodes(count: int, seed: int = 1) -> list[Row]:
    """Requests to tools of other trades, each with its call, as prompt-completion rows."""
    chance = random.Random(seed)
    words = _common_words()
    return [_episode(chance, words) for _ in range(count)]


def tokenizer_text(rows: list[Row]) -> str:
    """What the tokenizer learns from: the prose, some episodes, and each value often enough to become a piece."""
    lines = [f"{_content(row, 'prompt')}\n{_content(row, 'completion')}" for row in rows]
    values = (ROOMS + PEOPLE + MUSIC) * 9
    return "\n".join([*prose(), *lines, *values])


def _episode(chance: random.Random, words: list[str]) -> Row:
    tool, sentences, arguments = chance.choice(_TOOLS)
    sentence = chance.choice(sentences)

    def mostly(values: list[str]) -> str:
        return chance.choice(values) if chance.random() < 0.8 else chance.choice(words)

    drawn: dict[str, str | int] = {
        "p": mostly(PEOPLE),
        "n": chance.choice(_NUMBERS) if chance.random() < 0.8 else chance.randint(0, 99),
        "w": chance.choice(words),
        "r": mostly(ROOMS),
        "u": chance.choice(UNITS),
        "s": chance.choice(STATES),
        "m": mostly(MUSIC),
    }
    called = {name: drawn[key] for name, key in arguments.items() if f"{{{key}}}" in sentence}
    answer = f"<tool_call>\n{json.dumps({'name': tool, 'arguments': called})}\n</tool_call>"
    return {
        "prompt": [{"role": "user", "content": chance.choice(OPENINGS) + sentence.format(**drawn)}],
        "completion": [{"role": "assistant", "content": answer}],
    }


def _common_words() -> list[str]:
    """Everyday words of the prose; the very commonest (the, and, …) are left out."""
    counts = Counter(re.findall(r"\b[a-z]{3,7}\b", "\n".join(prose())))
    return [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[60:400]]


def _content(row: Row, key: str) -> str:
    turns = row[key]
    return str(turns[0]["content"]) if isinstance(turns, list) else ""
