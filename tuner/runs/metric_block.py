"""Many lines of metrics decoded at once, as long as all are written alike.

msgspec decodes the lines into objects whose fields are 64-bit floats, and encodes these objects as MessagePack, where
each then takes the same number of bytes: the values of a field lie at equal distances in memory, and numpy takes them
out without a step of Python for each. What is written otherwise (another key, null, a text for a number, a torn line)
fails to decode or breaks the distances, and is refused: such lines are for ``metric_lines``, which reads one by one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from tuner.runs.metric_lines import LARGEST_STEP, NAMED_OTHERWISE, TIMESTAMP
from tuner.runs.metric_times import seconds_of

Floats = npt.NDArray[np.float64]

_STEP = "step"
_MOST_KEYS = 500
_WORDS = {b"-Infinity": -math.inf, b"Infinity": math.inf, b"NaN": math.nan}
"""What JSON has no numbers for, as Python writes it; the longer word first."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows as they stand in the file. ``holes`` says, for a column that has some, where no value is."""

    steps: Floats
    columns: Mapping[str, Floats]
    holes: Mapping[str, npt.NDArray[np.bool_]]


class BlockParser:
    """Decodes lines that carry the keys it has learnt, in any order and some of them left out."""

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}
        self._time_is_text = True
        self._form: _Form | None = None
        # A word is read as a number that no file holds, but by a chance of one in 2^52.
        self._stand_ins = {word: -(1.0 + random.random()) * 1e-300 for word in _WORDS}

    def learn(self, lines: Iterable[object]) -> None:
        """Take over the keys of decoded lines."""
        known, time = len(self._keys), self._time_is_text
        for line in lines:
            if not isinstance(line, dict) or len(self._keys) > _MOST_KEYS:
                continue
            for key, value in line.items():
                if key in NAMED_OTHERWISE or isinstance(value, bool):
                    continue
                if isinstance(value, int | float) or (key == TIMESTAMP and isinstance(value, str)):
                    self._keys.setdefault(key)
                if key == TIMESTAMP:
                    self._time_is_text = isinstance(value, str)
        if _STEP in self._keys and (len(self._keys), self._time_is_text) != (known, time):
            is_text = TIMESTAMP in self._keys and self._time_is_text
            self._form = _Form(list(self._keys), TIMESTAMP if is_text else None)

    def parse(self, lines: bytes) -> Block | None:
        """Decode whole lines, the last one ended; None where they are not all alike."""
        if self._form is None:
            return None
        block = self._form.parse(lines)
        if block is None and any(word in lines for word in _WORDS):
            for word, number in self._stand_ins.items():
                lines = lines.replace(word, repr(number).encode())
            block = self._form.parse(lines)
            if block is not None:
                self._put_words_back(block)
        return block

    def _put_words_back(self, block: Block) -> None:
        for values in block.columns.values():
            for word, number in self._stand_ins.items():
                values[values == number] = _WORDS[word]


class _Form:
    """One set of keys. Every field is a 64-bit float, but for the time where it is a text."""

    def __init__(self, keys: Sequence[str], time: str | None) -> None:
        self._keys, self._time = keys, time
        self._encoder = msgspec.msgpack.Encoder()
        self._packed = bytearray()
        fields = [(f"f{i}", *((str, "") if k == time else (float, math.nan))) for i, k in enumerate(keys)]
        rows = msgspec.defstruct(
            "Row",
            [(name, kind, msgspec.field(default=default)) for name, kind, default in fields],
            rename={f"f{i}": k for i, k in enumerate(keys)},
            forbid_unknown_fields=True,
            gc=False,  # they hold numbers and texts only
        )
        self._decoder = msgspec.json.Decoder(rows)

    def parse(self, lines: bytes) -> Block | None:
        try:
            rows = self._decoder.decode_lines(lines)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        if not rows or not _one_a_line(lines, len(rows)):
            return None
        self._encoder.encode_into(rows, self._packed)
        return self._block(len(rows), getattr(rows[0], f"f{self._keys.index(self._time)}") if self._time else "")

    def _block(self, count: int, time: str) -> Block | None:
        """Take the columns out of what is packed; the first row's time tells how long the others have to be."""
        places, length = self._places(time)
        head = 1 if count < 16 else 3 if count < 65_536 else 5  # what stands before an array of so many
        if len(self._packed) != head + count * length:
            return None
        table = np.frombuffer(self._packed, np.uint8)[head:].reshape(count, length)
        columns: dict[str, Floats] = {}
        for key, place in places.items():
            if key != self._time:
                columns[key] = table[:, place : place + 8].view(">f8")[:, 0].astype(np.float64)
                continue
            kind = len(_packed(time)) - len(time.encode())
            before = table[:, place - kind : place]
            seconds = seconds_of(table[:, place : place + len(time)])
            if seconds is None or (before != before[0]).any():
                return None
            columns[key] = seconds
        steps = columns.pop(_STEP)
        if not (np.abs(steps) < LARGEST_STEP).all() or (steps != np.floor(steps)).any():
            return None
        holes = {key: np.isnan(values) for key, values in columns.items()}
        return Block(steps, columns, {key: found for key, found in holes.items() if found.any()})

    def _places(self, time: str) -> tuple[dict[str, int], int]:
        """Where in a packed row each value begins, and a row's length."""
        places: dict[str, int] = {}
        at = 1 if len(self._keys) < 16 else 3
        for key in self._keys:
            at += len(_packed(key))
            if key == self._time:
                places[key] = at + len(_packed(time)) - len(time.encode())
                at += len(_packed(time))
            else:
                places[key] = at + 1  # behind the byte that says what it is
                at += 9
        return places, at


def _packed(text: str) -> bytes:
    return msgspec.msgpack.encode(text)


def _one_a_line(lines: bytes, count: int) -> bool:
    """Whether each line is one object: msgspec does not ask for that."""
    text = np.frombuffer(lines, np.uint8)
    ends = np.flatnonzero(text == ord("\n"))
    begins = text[ends[:-1] + 1]
    return bool(
        len(ends) == count and text[0] == ord("{") and (begins == ord("{")).all() and (text[ends - 1] == ord("}")).all()
    )
