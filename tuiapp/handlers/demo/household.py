"""The demo's dataset: a household assistant that answers each request with one tool call.

Every request that the templates can make is made once, and the rows are divided by a hash of the request, so that
training, validation and test never share one.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from tuiapp.handlers.demo.words import DEGREES, MUSIC, OPENINGS, PEOPLE, ROOMS, STATES, TIMES, UNITS

Arguments = dict[str, str | int]
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Request:
    """What is said, and the one right call."""

    text: str
    tool: str
    arguments: Arguments

    def row(self, arguments: Arguments | None = None) -> Row:
        """The request with its answer (or with other arguments) as a prompt-completion row."""
        call = {"name": self.tool, "arguments": self.arguments if arguments is None else arguments}
        answer = f"<tool_call>\n{json.dumps(call)}\n</tool_call>"
        return {
            "prompt": [{"role": "user", "content": self.text}],
            "completion": [{"role": "assistant", "content": answer}],
        }


@dataclass(frozen=True, slots=True)
class Split:
    """Requests that share no text."""

    training: list[Request]
    validation: list[Request]
    test: list[Request]


def split_requests(seed: int = 0) -> Split:
    """All requests, shuffled; a tenth is for validation and a tenth for test."""
    parts: tuple[list[Request], list[Request], list[Request]] = ([], [], [])
    for request in all_requests():
        place = int.from_bytes(hashlib.sha256(request.text.encode()).digest()[:4], "big") % 10
        parts[{0: 1, 1: 2}.get(place, 0)].append(request)
    for part in parts:
        random.Random(seed).shuffle(part)
    return Split(*parts)


def all_requests() -> Iterator[Request]:
    """Every request once; the first meaning of a text counts."""
    seen: set[str] = set()
    for request in (*_lights(), *_timers(), *_temperatures(), *_calls(), *_music()):
        for opening in OPENINGS:
            text = opening + request.text
            if text not in seen:
                seen.add(text)
                yield Request(text, request.tool, request.arguments)


def labelled_rows(requests: list[Request], seed: int = 0) -> list[Row]:
    """For KTO: each request with its right answer (wanted) and with one argument wrong (unwanted)."""
    chance = random.Random(seed)
    rows: list[Row] = []
    for request in requests:
        key = chance.choice(sorted(request.arguments))
        others = [v for v in _VALUES[key] if v != request.arguments[key]]
        wrong = {**request.arguments, key: chance.choice(others)}
        rows += [{**request.row(), "label": True}, {**request.row(wrong), "label": False}]
    chance.shuffle(rows)
    return rows


_VALUES: dict[str, list[str] | list[int]] = {
    "room": ROOMS,
    "state": STATES,
    "value": TIMES,
    "unit": UNITS,
    "celsius": DEGREES,
    "contact": PEOPLE,
    "what": MUSIC,
}


def _lights() -> Iterator[Request]:
    templates = [
        "turn {s} the {r} light",
        "switch the {r} light {s}",
        "please turn the light in the {r} {s}",
        "{r} light {s}",
        "can you put the {r} lights {s}?",
    ]
    for room, state, template in product(ROOMS, STATES, templates):
        yield Request(template.format(s=state, r=room), "set_light", {"room": room, "state": state})


def _timers() -> Iterator[Request]:
    templates = ["set a timer for {n} {u}", "timer {n} {u}", "wake me in {n} {u}", "remind me after {n} {u}"]
    for value, unit, template in product(TIMES, UNITS, templates):
        yield Request(template.format(n=value, u=unit), "set_timer", {"value": value, "unit": unit})


def _temperatures() -> Iterator[Request]:
    templates = ["set the {r} to {n} degrees", "make the {r} {n} degrees", "heat the {r} to {n}"]
    for room, degrees, template in product(ROOMS, DEGREES, templates):
        yield Request(template.format(r=room, n=degrees), "set_temperature", {"room": room, "celsius": degrees})


def _calls() -> Iterator[Request]:
    for person, template in product(PEOPLE, ["call {p}", "ring {p} please", "phone {p} now"]):
        yield Request(template.format(p=person), "call", {"contact": person})


def _music() -> Iterator[Request]:
    for what, room, template in product(MUSIC, ROOMS, ["play {m} in the {r}", "put on some {m} in the {r}"]):
        yield Request(template.format(m=what, r=room), "play", {"what": what, "room": room})
