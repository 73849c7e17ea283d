"""Which lines of a piece of a log match: on the lines as they are shown, many at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from tuner.runs.log_fold import joined
from tuner.runs.log_marks import HINTS, is_error
from tuner.runs.text_tail import LONGEST, inert_line

_LOWER = {c: c + 32 for c in range(ord("A"), ord("Z") + 1)}
_META = re.compile(r"[.^$*+?{}\[\]\\|()]")
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_ODD_BYTES = tuple(bytes([b]) for b in (0x0D, 0x1B, 0x09, 0x08, 0x07, 0x00))
_ODD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_ALONE = ("\\A", "\\Z", "(?<=", "(?<!", "(?>", "*+", "++", "?+", "}+", "(?s", "(?-", "(?a", "(?i", "(?x", "(?u")
"""What may read differently where lines stand one below the other: such patterns are tried on each line alone."""


class PatternError(ValueError):
    """A regular expression that is none; the message says what is wrong with it and at which character."""


def compile_pattern(text: str) -> re.Pattern[str]:
    """The pattern, in upper or lower case unless it holds a capital letter.

    Raises:
        PatternError: it is no regular expression.
    """
    flags = re.MULTILINE | (0 if any(c.isupper() for c in _ESCAPED.sub("", text)) else re.IGNORECASE)
    try:
        return re.compile(text, flags)
    except re.error as error:
        where = f" at character {error.pos + 1}" if error.pos is not None else ""
        raise PatternError(f"not a regular expression: {error.msg}{where}") from None
    except (OverflowError, RecursionError):
        raise PatternError("not a regular expression: too large") from None


class Matcher(Protocol):
    """Finds lines in pieces of a log."""

    def lines(self, data: bytes) -> list[int]:
        """Where in ``data``, whole lines, the matching lines begin."""
        ...


class PatternMatcher:
    """Lines that a regular expression matches somewhere."""

    def __init__(self, text: str) -> None:
        self._pattern = compile_pattern(text)
        self._literal = text if text and not _META.search(text) else ""
        self._any_case = bool(self._pattern.flags & re.IGNORECASE)
        self._alone = any(sign in text for sign in _ALONE)

    def lines(self, data: bytes) -> list[int]:
        text = shown(data)
        if self._alone:
            return _starts(data, [n for n, line in enumerate(text.split("\n")) if self._pattern.search(line)])
        if self._literal and (text.isascii() or not self._any_case):
            hay = text.lower() if self._any_case else text
            return _starts(data, list(_containing(hay, self._literal)))
        return _starts(data, list(self._searched(text)))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where in a line the matches are; those of no length are left out."""
        return [m.span() for m in self._pattern.finditer(text) if m.end() > m.start()]

    def _searched(self, text: str) -> Iterator[int]:
        number, counted, at = 0, 0, 0
        while found := self._pattern.search(text, at):
            begin = text.rfind("\n", 0, found.start()) + 1
            end = text.find("\n", found.start())
            end = end if end >= 0 else len(text)
            number += text.count("\n", counted, begin)
            counted = begin
            # A match may go on into the next line; then this line has to match alone.
            if found.end() <= end or self._pattern.search(text[begin:end]):
                yield number
            at = end + 1
            if at > len(text):
                return


class ErrorMatcher:
    """Lines that tell of an error (``tuner.runs.log_marks``)."""

    def lines(self, data: bytes) -> list[int]:
        text = shown(data)
        low = text.lower()
        if len(low) != len(text):  # a letter that is two in lower case
            low = text.translate(_LOWER)
        found: set[int] = set()
        for hint in HINTS:
            at = low.find(hint)
            while at >= 0:
                begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
                end = end if end >= 0 else len(text)
                if begin not in found and is_error(text[begin:end]):
                    found.add(begin)
                at = low.find(hint, end)
        counted, number, numbers = 0, 0, []
        for begin in sorted(found):
            number += text.count("\n", counted, begin)
            counted = begin
            numbers.append(number)
        return _starts(data, numbers)


class BothMatcher:
    """Lines that several matchers all find."""

    def __init__(self, matchers: Sequence[Matcher]) -> None:
        self._matchers = matchers

    def lines(self, data: bytes) -> list[int]:
        found = [set(matcher.lines(data)) for matcher in self._matchers]
        return sorted(set.intersection(*found))


def shown(data: bytes) -> str:
    """The lines of ``data`` as they are shown, between newlines."""
    flat = _flat(data)
    if not any(odd in flat for odd in _ODD_BYTES) and not _has_long_line(flat):
        text = flat.decode("utf-8", errors="replace")
        if text.isascii() or not _ODD.search(text):
            return text
    return "\n".join(inert_line(line) for line in flat.split(b"\n"))


def _flat(data: bytes) -> bytes:
    return joined(data.removesuffix(b"\n"))[0]


def _has_long_line(data: bytes) -> bool:
    """Whether a line may be longer than what is shown of one; tells of each that is twice as long."""
    return any(data.find(b"\n", at, at + LONGEST) < 0 for at in range(0, len(data) - LONGEST, LONGEST))


def _containing(text: str, literal: str) -> Iterator[int]:
    number, counted = 0, 0
    at = text.find(literal)
    while at >= 0:
        number += text.count("\n", counted, at)
        counted = at
        yield number
        end = text.find("\n", at)
        at = text.find(literal, end + 1) if end >= 0 else -1


def _starts(data: bytes, numbers: Sequence[int]) -> list[int]:
    """Where the lines of these numbers begin."""
    if not numbers:
        return []
    flat, begins, at = _flat(data), [0], 0
    while (at := flat.find(b"\n", at) + 1) > 0 and len(begins) <= numbers[-1]:
        begins.append(at)
    return [begins[n] for n in numbers]
