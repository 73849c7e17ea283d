"""A query's text as terms and problems. Nothing a person types raises; a term still being typed is passed over."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tuner.core.states import RunState
from tuner.runs.query_fields import DURATIONS, FLAGS, NUMBER_FIELDS, TEXT_FIELDS, TIME_FIELDS
from tuner.runs.query_terms import OPERATORS, Asked, Flag, Number, Term, Text, Time, Words
from tuner.runs.query_values import Age, duration, number, share, when

_FIELDS = (*TEXT_FIELDS, *NUMBER_FIELDS, *TIME_FIELDS, "is", "loss")
_READ = {"progress": share, **dict.fromkeys(DURATIONS, duration)}
_STATES = (*(s.value for s in RunState), "live", "ended", "stale", "recorded", "unreadable")


@dataclass(frozen=True, slots=True)
class Letter:
    """One character of a term, and whether it stood in quotes."""

    char: str
    literal: bool


Letters = list[Letter]


def parse_terms(text: str) -> tuple[tuple[Term, ...], tuple[str, ...]]:
    """The terms of a query, and what is wrong with it in words for a person."""
    terms: list[Term] = []
    problems: list[str] = []
    for letters in _split(text):
        negated, rest = _negation(letters)
        asked = _asked(rest, problems) if rest else None
        if asked is not None:
            terms.append(Term(asked, negated))
    return tuple(terms), tuple(dict.fromkeys(problems))


def _split(text: str) -> Iterator[Letters]:
    """Terms between white space; quotes keep it, a backslash in quotes keeps the next character."""
    letters: Letters = []
    inside = False
    characters = iter(text)
    for char in characters:
        if inside and char == "\\":
            letters.append(Letter(next(characters, char), literal=True))
        elif char == '"':
            inside = not inside
            letters.append(Letter("", literal=True))  # so that empty quotes are something, too
        elif char.isspace() and not inside:
            if letters:
                yield letters
            letters = []
        else:
            letters.append(Letter(char, inside))
    if letters:
        yield letters


def _negation(letters: Letters) -> tuple[bool, Letters]:
    if len(letters) > 1 and letters[0] == Letter("-", literal=False):
        return True, letters[1:]
    if "".join(x.char for x in letters[:4] if not x.literal).casefold() == "not:":
        return True, letters[4:]
    return False, letters


def _asked(letters: Letters, problems: list[str]) -> Asked | None:
    for i, letter in enumerate(letters):
        if letter.literal:
            break  # a quoted part begins a text, not the name of a field
        sign = _sign(letters, i)
        if sign and i > 0:
            name = "".join(x.char for x in letters[:i])
            return _condition(name, sign, letters[i + len(sign) :], problems) or None
        if sign:
            break
    return _words(letters)


def _sign(letters: Letters, at: int) -> str:
    two = "".join(x.char for x in letters[at : at + 2] if not x.literal)
    return next((s for s in OPERATORS if two.startswith(s)), "")


def _condition(name: str, sign: str, rest: Letters, problems: list[str]) -> Asked | None:
    field, values = name.casefold(), _values(rest)
    if field in TEXT_FIELDS:
        return _text(field, sign, rest, problems)
    if field == "is" and sign in {":", "="}:
        return _flag(values, problems)
    if field in TIME_FIELDS:
        return _time(field, sign, values, problems)
    if sign != ":":
        return _number(field if field in NUMBER_FIELDS else name, sign, values, problems)
    if field in NUMBER_FIELDS:
        problems.append(f"{field} is compared with <, <=, =, >= or >: {field}>{values[0] if values else 1}")
        return None
    near = _near(field, _FIELDS)
    problems.append(f"{name!r} is no field{f'; did you mean {near}?' if near else '; quoted it is looked for as text'}")
    return _words([*(Letter(c, literal=False) for c in name), Letter(":", literal=False), *rest])


def _text(field: str, sign: str, rest: Letters, problems: list[str]) -> Asked | None:
    if sign not in {":", "="}:
        problems.append(f"{field} is a text and has no order: write {field}:value")
        return None
    any_of = tuple(v.casefold() for v in _values(rest))
    if field == "state":
        for value in any_of:
            if not any(s.startswith(value) for s in _STATES):
                problems.append(f"{value!r} is no state; did you mean {_near(value, _STATES) or 'running'}?")
    if not any_of and sign == "=" and any(x.literal for x in rest):
        any_of = ("",)
    return Text(field, any_of, whole=sign == "=") if any_of else None


def _flag(values: list[str], problems: list[str]) -> Asked | None:
    known = [v.casefold() for v in values if v.casefold() in FLAGS]
    for value in values:
        if value.casefold() not in FLAGS:
            near = _near(value.casefold(), FLAGS)
            problems.append(f"{value!r} is nothing a run can be; there are is:{' is:'.join([near] if near else FLAGS)}")
    return Flag(tuple(known)) if known else None


def _time(field: str, sign: str, values: list[str], problems: list[str]) -> Asked | None:
    found = []
    for value in values:
        moment = when(value)
        if moment is None:
            problems.append(f"{value!r} is no time: write {field}>2d, {field}>=2026-11-01 or {field}<2026-11-01T10:30")
        elif isinstance(moment, Age) and sign in {"=", ":"}:
            problems.append(f"write {field}>{value} for younger, {field}<{value} for older")
        else:
            found.append(moment)
    return Time(field, "=" if sign == ":" else sign, tuple(found)) if found else None


def _number(name: str, sign: str, values: list[str], problems: list[str]) -> Asked | None:
    found = []
    for text in values:
        value = _READ.get(name, number)(text)
        if value is not None:
            found.append(value)
        elif name not in NUMBER_FIELDS and when(text) is not None:  # a metric has no time, so it cannot be one
            problems.append(f"{name!r} is no time; did you mean {_near(name, TIME_FIELDS) or 'created'}?")
        else:
            near = _near(name.casefold(), TEXT_FIELDS) if name not in NUMBER_FIELDS and sign == "=" else ""
            problems.append(
                f"{name!r} is no field; did you mean {near}?" if near else f"{text!r} is no number (in {name}{sign}…)"
            )
    return Number(name, sign, tuple(found)) if found else None


def _words(letters: Letters) -> Asked | None:
    any_of = tuple(v.casefold() for v in _values(letters))
    return Words(any_of) if any_of else None


def _values(letters: Letters) -> list[str]:
    """The alternatives between bars; empty ones are still being typed."""
    parts = [""]
    for letter in letters:
        if letter.char == "|" and not letter.literal:
            parts.append("")
        else:
            parts[-1] += letter.char
    return [p for p in parts if p]


def _near(name: str, known: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)), "")
