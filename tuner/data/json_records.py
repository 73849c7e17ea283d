"""The records of JSONL and JSON files, one after the other, however long the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from tuner.data.json_decoding import as_line, decode, decoded_line, decoder, is_text
from tuner.data.line import BROKEN_FILE, HALF, LONGEST, TOO_LONG, DatasetUnreadable, Line

_CHUNK = 2**20
_SPACE = re.compile(r"[ \t\r\n]*")
_HALF_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def json_lines(path: Path) -> Iterator[Line]:
    """A record a line; blank lines are passed over.

    Raises:
        OSError: the file cannot be read.
    """
    decode_one = decoder()
    number = at = 0
    with path.open("rb") as file:
        while line := file.readline(LONGEST):
            number += 1
            at += len(line)
            if len(line) == LONGEST and not line.endswith(b"\n"):
                while line and not line.endswith(b"\n"):
                    line = file.readline(LONGEST)
                    at += len(line)
                yield Line(number, None, TOO_LONG, at)
            elif not line.isspace():
                yield decoded_line(number, line, at, decode_one)


def json_list(path: Path) -> Iterator[Line]:
    """The records of a JSON list, or of the first list in a JSON object; a file of JSON lines is read as such.

    Raises:
        DatasetUnreadable: not JSON, or no list in it.
        OSError: the file cannot be read.
    """
    if _is_json_lines(path):
        yield from json_lines(path)
        return
    with path.open(encoding="utf-8-sig") as file:
        scanner = _Scanner(file)
        try:
            yield from _elements(scanner)
        except (ValueError, RecursionError) as error:
            reason = "not UTF-8 text" if isinstance(error, UnicodeDecodeError) else getattr(error, "msg", error)
            raise DatasetUnreadable(f"{path}: not valid JSON ({reason})", BROKEN_FILE) from error
        except _NoList as error:
            raise DatasetUnreadable(f"{path}: expected a list of records") from error


def _is_json_lines(path: Path) -> bool:
    """Whether the first line is an object of its own and another line follows."""
    with path.open("rb") as file:
        first = file.readline(LONGEST)
        if not first.lstrip(b"\xef\xbb\xbf \t").startswith(b"{") or not file.read(2**16).strip():
            return False
    try:
        return isinstance(decode(first), dict)
    except (ValueError, RecursionError):
        return False


class _NoList(Exception):
    """Valid JSON so far, but no list of records."""


def _elements(scanner: _Scanner) -> Iterator[Line]:
    """The list's elements; where an object holds the list, its other values are passed over."""
    first = scanner.peek()
    if first == "{":
        scanner.take("{")
        while scanner.peek() != "}" and not scanner.key_of_list():
            scanner.value()
            if scanner.peek() != "}":
                scanner.take(",")
    if scanner.peek() != "[":
        scanner.value() if first not in {"{", "["} else scanner.take("}")
        raise _NoList
    scanner.take("[")
    number = 0
    while scanner.peek() != "]":
        number += 1
        value = scanner.value()
        yield Line(number, None, HALF, scanner.at) if scanner.is_half(value) else as_line(number, value, scanner.at)
        if scanner.peek() != "]":
            scanner.take(",")
    scanner.take("]")
    if first == "{":
        while scanner.peek() == ",":
            scanner.take(",")
            scanner.key_of_list()
            scanner.value()
        scanner.take("}")
    if scanner.peek():
        raise ValueError("something stands behind the value")


class _Scanner:
    """JSON values out of a text that is read in pieces, none longer than LONGEST characters."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._decode = json.JSONDecoder().raw_decode
        self._buffer, self._place, self._read = "", 0, 0
        self._ended = self._escaped = False

    @property
    def at(self) -> int:
        """Characters behind this place."""
        return self._read - len(self._buffer) + self._place

    def peek(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            self._place = _space_end(self._buffer, self._place)
            if self._place < len(self._buffer):
                return self._buffer[self._place]
            if not self._more(_CHUNK):
                return ""

    def take(self, mark: str) -> None:
        """Pass over a mark that must come next."""
        found = self.peek()
        if found != mark:
            raise ValueError(f"expected {mark!r}, found {found!r}" if found else "the file ends too early")
        self._place += 1

    def key_of_list(self) -> bool:
        """Pass over a key and its colon; whether its value is a list."""
        if not isinstance(self.value(), str):
            raise ValueError("a key that is no string")
        self.take(":")
        return self.peek() == "["

    def is_half(self, value: object) -> bool:
        """Whether the value that came last holds half of a character."""
        return self._escaped and not is_text(value)

    def value(self) -> object:
        """The value that comes next."""
        self.peek()
        size = _CHUNK
        while True:
            try:
                value, end = self._decode(self._buffer, self._place)
                if end < len(self._buffer) or not self._more(size):  # a number may go on behind the buffer
                    self._escaped = _HALF_ESCAPE.search(self._buffer, self._place, end) is not None
                    self._place = end
                    return value
            except json.JSONDecodeError as error:
                cut = error.pos > len(self._buffer) - 16 or error.msg.startswith("Unterminated string")
                if not cut or not self._more(size):
                    raise
            if len(self._buffer) - self._place > LONGEST:
                raise ValueError(f"a value {TOO_LONG}")
            size *= 2

    def _more(self, size: int) -> bool:
        chunk = "" if self._ended else self._file.read(size)
        self._ended = not chunk
        self._buffer = self._buffer[self._place :] + chunk
        self._place = 0
        self._read += len(chunk)
        return bool(chunk)


def _space_end(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start
