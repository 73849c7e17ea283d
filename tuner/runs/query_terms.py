"""What one term of a query asks of a run."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuner.runs.query_fields import CONTAINED, FLAGS, NUMBER_FIELDS, TIME_FIELDS, WORD_LISTS, searched_text
from tuner.runs.query_values import Age, When, seconds_of, written

if TYPE_CHECKING:
    from tuner.runs.summary import RunSummary

_PLAIN = re.compile(r"[\w./@+][\w./@+-]*")
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": lambda a, b: math.isclose(a, b, rel_tol=1e-9),
}
Test = Callable[["RunSummary"], bool]
OPERATORS = ("<=", ">=", "<", ">", "=", ":")
"""The longer ones first."""


@dataclass(frozen=True, slots=True)
class Words:
    """Any of the words, in the name, id, model, dataset, tags or note."""

    any_of: tuple[str, ...]

    def __str__(self) -> str:
        return _alternatives(self.any_of)

    def test(self, now: float) -> Test:
        words = self.any_of
        if len(words) == 1:
            word = words[0]
            return lambda run: word in searched_text(run)
        return lambda run: any(word in searched_text(run) for word in words)


@dataclass(frozen=True, slots=True)
class Text:
    """A field that contains (free text) or begins with (words from a list) any of the values; ``whole``: is one."""

    field: str
    any_of: tuple[str, ...]
    whole: bool = False

    def __str__(self) -> str:
        return f"{self.field}{'=' if self.whole else ':'}{_alternatives(self.any_of)}"

    def test(self, now: float) -> Test:
        any_of, fits = self.any_of, self._fits()
        if self.field in WORD_LISTS:
            words_of = WORD_LISTS[self.field]
            return lambda run: any(fits(word.casefold(), any_of) for word in words_of(run))
        value_of: Callable[[RunSummary], str | None] = operator.attrgetter(self.field)
        return lambda run: (value := value_of(run)) is not None and fits(value.casefold(), any_of)

    def _fits(self) -> Callable[[str, tuple[str, ...]], bool]:
        if self.whole:
            return lambda value, any_of: value in any_of
        return _contains if self.field in CONTAINED else str.startswith


@dataclass(frozen=True, slots=True)
class Flag:
    """``is:…``: any of the things that a run can be."""

    any_of: tuple[str, ...]

    def __str__(self) -> str:
        return f"is:{'|'.join(self.any_of)}"

    def test(self, now: float) -> Test:
        flags = [FLAGS[name] for name in self.any_of]
        return flags[0] if len(flags) == 1 else lambda run: any(flag(run) for flag in flags)


@dataclass(frozen=True, slots=True)
class Number:
    """A comparison with a number of the run, or with the newest value of a metric."""

    name: str
    sign: str
    any_of: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.name}{self.sign}{'|'.join(map(written, self.any_of))}"

    def test(self, now: float) -> Test:
        name, values, compare, read = self.name, self.any_of, _ORDER[self.sign], NUMBER_FIELDS.get(self.name)
        # A metric that is there but not finite is told as None.
        unknown = self.sign == "=" and any(map(math.isnan, values))

        def holds(run: RunSummary) -> bool:
            value = run.metrics.get(name) if read is None else read(run, now)
            if value is None:
                return unknown and read is None and name in run.metrics
            return any(compare(value, v) for v in values)

        return holds


@dataclass(frozen=True, slots=True)
class Time:
    """A comparison with one of the run's times: later is greater, so ``created>2d`` is younger than two days."""

    field: str
    sign: str
    any_of: tuple[When, ...]

    def __str__(self) -> str:
        return f"{self.field}{self.sign}{'|'.join(map(str, self.any_of))}"

    def test(self, now: float) -> Test:
        stamp_of, ranges = TIME_FIELDS[self.field], [self._range(when, now) for when in self.any_of]

        def holds(run: RunSummary) -> bool:
            value = seconds_of(stamp_of(run))
            return value is not None and any(low <= value < high for low, high in ranges)

        return holds

    def _range(self, when: When, now: float) -> tuple[float, float]:
        """The seconds since the epoch that fit: from, and up to but not including."""
        first, end = when.span(now)
        if self.sign == "=":
            return first, end
        if self.sign == ">":
            return first if isinstance(when, Age) else end, math.inf
        if self.sign == ">=":
            return first, math.inf
        return -math.inf, end if self.sign == "<=" else first


Asked = Words | Text | Flag | Number | Time


@dataclass(frozen=True, slots=True)
class Term:
    """One condition, or its opposite."""

    asked: Asked
    negated: bool = False

    def __str__(self) -> str:
        return f"-{self.asked}" if self.negated else str(self.asked)

    def test(self, now: float) -> Test:
        """A test of runs at that time, in seconds since the epoch."""
        holds = self.asked.test(now)
        return (lambda run: not holds(run)) if self.negated else holds


def _contains(value: str, any_of: tuple[str, ...]) -> bool:
    return any(word in value for word in any_of)


def _alternatives(words: tuple[str, ...]) -> str:
    return "|".join(w if _PLAIN.fullmatch(w) else quoted(w) for w in words)


def quoted(text: str) -> str:
    """The text in quotes, as the parser reads it back."""
    inner = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'
