"""What counting a dataset's tokens came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tuner.data.report import Problem

LISTED = 20
"""Lines kept one by one; all are counted."""
BARS = 12
"""The most bars of a histogram."""


@dataclass(frozen=True, slots=True)
class TokenReport:
    """The rows of one dataset in tokens of one model, as one epoch of training takes them.

    A row's length is that of its longest sequence before truncation (a preference row has two). ``tokens`` and
    ``trainable`` are what is left after truncation at ``sequence_length``: all tokens, and those that the loss is
    computed on. ``lost_tokens`` were cut off. ``untrainable_rows`` have no token to learn from (left), and training
    passes them over. ``unrenderable_rows`` are refused by the chat template, ``problems`` says why, and training would
    fail at the first of them. ``notes`` counts what else is special, in words. ``histogram``: (low, high, rows), both
    ends included. ``sampled``: not all rows were counted. ``all_tokens``: before truncation, of all rows.
    """

    rows: int
    p50: int
    p95: int
    max: int
    mean: float
    histogram: list[tuple[int, int, int]]
    sequence_length: int
    tokens: int
    truncated_rows: int
    lost_tokens: int
    trainable: int
    untrainable_rows: int
    unrenderable_rows: int = 0
    truncated_lines: list[int] = field(default_factory=list)
    untrainable_lines: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    sampled: bool = False
    all_tokens: int = 0

    @property
    def lost_share(self) -> float:
        """Of all tokens, those that truncation cuts off (0 to 1)."""
        return self.lost_tokens / self.all_tokens if self.all_tokens else 0.0

    def as_dict(self) -> dict[str, object]:
        """The "tokens" of `data inspect`."""
        return {
            "p50": self.p50,
            "p95": self.p95,
            "max": self.max,
            "mean": round(self.mean, 1),
            "truncated_rows": self.truncated_rows,
            "trainable": self.trainable,
            "rows": self.rows,
            "sequence_length": self.sequence_length,
            "tokens": self.tokens,
            "lost_tokens": self.lost_tokens,
            "untrainable_rows": self.untrainable_rows,
            "unrenderable_rows": self.unrenderable_rows,
            "truncated_lines": self.truncated_lines,
            "untrainable_lines": self.untrainable_lines,
            "problems": [{"line": p.line, "code": p.code, "message": p.message} for p in self.problems],
            "histogram": [{"low": low, "high": high, "rows": rows} for low, high, rows in self.histogram],
            "notes": self.notes,
            "sampled": self.sampled,
            "all_tokens": self.all_tokens,
        }


def percentile(lengths: Counter[int], share: float) -> int:
    """The length that ``share`` (0 to 1) of the rows do not exceed (nearest rank); 0 where there are none."""
    wanted = max(1, -(-int(share * 10_000) * lengths.total() // 10_000))
    seen = 0
    for length, rows in sorted(lengths.items()):
        seen += rows
        if seen >= wanted:
            return length
    return 0


def histogram(lengths: Counter[int]) -> list[tuple[int, int, int]]:
    """(low, high, rows) in bars of equal, round width from the shortest to the longest row."""
    if not lengths:
        return []
    first, last = min(lengths), max(lengths)
    width = _round_width((last - first + 1) / BARS)
    bars = Counter[int]()
    for length, rows in lengths.items():
        bars[length // width] += rows
    return [(i * width, (i + 1) * width - 1, bars[i]) for i in range(first // width, last // width + 1)]


def _round_width(least: float) -> int:
    width = 1
    while True:
        for factor in (1, 2, 5):
            if width * factor >= least:
                return width * factor
        width *= 10
