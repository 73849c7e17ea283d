"""What one term of a query asks of a run."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuner.runs.query_fields import CONTAINED, FLAGS, NUMBER_FIELDS, TEXT_FIELDS, TIME_FIELDS, searched_text
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
OPERATORS = ("<=", ">=", "<", ">", "=", ":")
"""The longer ones first."""


@dataclass(frozen=True, slots=True)
class Words:
    """Any of the words, in the name, id, model, dataset, tags or note."""

    any_of: tuple[str, ...]

    def __str__(self) -> str:
        return _alternatives(self.any_of)

    def matches(self, run: RunSummary, now: float) -> bool:
        text = searched_text(run)
        return any(word in text for word in self.any_of)


@dataclass(frozen=True, slots=True)
class Text:
    """A field that contains (free text) or begins with (words from a list) any of the values; ``whole``: is one."""

    field: str
    any_of: tuple[str, ...]
    whole: bool = False

    def __str__(self) -> str:
        return f"{self.field}{'=' if self.whole else ':'}{_alternatives(self.any_of)}"

    def matches(self, run: RunSummary, now: float) -> bool:
        values = [v.casefold() for v in TEXT_FIELDS[self.field](run)]
        if self.whole:
            return any(a in values for a in self.any_of)
        if self.field in CONTAINED:
            return any(a in v for a in self.any_of for v in values)
        return any(v.startswith(a) for a in self.any_of for v in values)


@dataclass(frozen=True, slots=True)
class Flag:
    """``is:…``: any of the things that a run can be."""

    any_of: tuple[str, ...]

    def __str__(self) -> str:
        return f"is:{'|'.join(self.any_of)}"

    def matches(self, run: RunSummary, now: float) -> bool:
        return any(FLAGS[name](run) for name in self.any_of)


@dataclass(frozen=True, slots=True)
class Number:
    """A comparison with a number of the run, or with the newest value of a metric."""

    name: str
    sign: str
    any_of: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.name}{self.sign}{'|'.join(map(written, self.any_of))}"

    def matches(self, run: RunSummary, now: float) -> bool:
        read = NUMBER_FIELDS.get(self.name)
        if read is None:
            value = run.metrics.get(self.name)
            if value is None:  # a metric that is there but not finite is told as None
                return self.sign == "=" and self.name in run.metrics and any(math.isnan(v) for v in self.any_of)
        else:
            value = read(run, now)
        if value is None:
            return False
        compare = _ORDER[self.sign]
        return any(compare(value, v) for v in self.any_of)


@dataclass(frozen=True, slots=True)
class Time:
    """A comparison with one of the run's times: later is greater, so ``created>2d`` is younger than two days."""

    field: str
    sign: str
    any_of: tuple[When, ...]

    def __str__(self) -> str:
        return f"{self.field}{self.sign}{'|'.join(map(str, self.any_of))}"

    def matches(self, run: RunSummary, now: float) -> bool:
        value = seconds_of(TIME_FIELDS[self.field](run))
        return value is not None and any(self._one(value, when, now) for when in self.any_of)

    def _one(self, value: float, when: When, now: float) -> bool:
        first, end = when.span(now)
        if self.sign == "=":
            return first <= value < end
        if self.sign == ">=" or (self.sign == ">" and isinstance(when, Age)):
            return value >= first
        if self.sign == ">":
            return value >= end
        return value < (end if self.sign == "<=" else first)


Asked = Words | Text | Flag | Number | Time


@dataclass(frozen=True, slots=True)
class Term:
    """One condition, or its opposite."""

    asked: Asked
    negated: bool = False

    def __str__(self) -> str:
        return f"-{self.asked}" if self.negated else str(self.asked)

    def matches(self, run: RunSummary, now: float) -> bool:
        return self.asked.matches(run, now) is not self.negated


def _alternatives(words: tuple[str, ...]) -> str:
    return "|".join(w if _PLAIN.fullmatch(w) else quoted(w) for w in words)


def quoted(text: str) -> str:
    """The text in quotes, as the parser reads it back."""
    inner = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'
