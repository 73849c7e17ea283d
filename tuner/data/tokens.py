"""How long a dataset's rows are in a model's tokens, what truncation takes from them, and what is left to learn.

Uses the libraries tokenizers and jinja2, imported when first needed; neither torch nor transformers.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tuner.core.enums import DatasetFormat, Objective
from tuner.data.chat_tokenizer import ChatTokenizer, load_chat_tokenizer
from tuner.data.learned_turns import Turns
from tuner.data.records import Record
from tuner.data.report import DatasetReport, Problem
from tuner.data.row_texts import Learning
from tuner.data.token_report import LISTED, TokenReport, histogram, percentile
from tuner.data.token_rows import CountedRow, counted_rows
from tuner.data.usable_rows import numbered_rows

LEAST = 64
"""Rows that are counted however long it takes: fewer would say nothing."""


def count_tokens(
    path: Path,
    kind: DatasetFormat,
    objective: Objective,
    tokenizer_folder: Path,
    sequence_length: int,
    *,
    train_on_inputs: str = "auto",
    turns: Turns = "all",
    limit: int | None = None,
    seconds: float | None = None,
) -> TokenReport:
    """Count the usable rows of a file.

    Args:
        tokenizer_folder: a model's folder, with tokenizer.json and chat template.
        sequence_length: in tokens, where rows are cut.
        train_on_inputs: auto, enabled or disabled; enabled learns prompts too (SFT alone).
        turns: which assistant turns SFT learns.
        limit: at most so many rows; seconds: about so long, but LEAST rows. Where either ends it, it is ``sampled``.

    Raises:
        DatasetUnreadable: the file as a whole cannot be read.
        TokenizerUnreadable: the folder has no tokenizer, or no chat template and the rows are conversations.
    """
    rows = numbered_rows(path, kind, objective, DatasetReport(path))
    learning = learning_of(objective, train_on_inputs, turns)
    tokenizer = load_chat_tokenizer(tokenizer_folder)
    return report_of(*sample_rows(tokenizer, rows, learning, limit=limit, seconds=seconds), sequence_length)


def learning_of(objective: Objective, train_on_inputs: str = "auto", turns: Turns = "all") -> Learning:
    """What a job learns of its rows."""
    return Learning(objective, turns, train_on_inputs == "enabled" and objective is Objective.SFT)


def sample_rows(
    tokenizer: ChatTokenizer,
    rows: Iterable[tuple[int, Record]],
    learning: Learning,
    *,
    limit: int | None = None,
    seconds: float | None = None,
) -> tuple[list[CountedRow], bool]:
    """Counted rows, and whether some were left out for their number or for time."""
    seen = _Seen(rows, limit, None if seconds is None else time.monotonic() + seconds)
    return list(counted_rows(tokenizer, seen, learning, hasty=seconds is not None)), seen.stopped


class _Seen:
    """Passes rows on until there are enough or it is too late; the one after the last is looked for, to know which."""

    def __init__(self, rows: Iterable[tuple[int, Record]], limit: int | None, deadline: float | None) -> None:
        self._rows, self._limit, self._deadline = rows, limit, deadline
        self.stopped = False

    def __iter__(self) -> Iterator[tuple[int, Record]]:
        for count, row in enumerate(self._rows):
            late = self._deadline is not None and count >= LEAST and time.monotonic() > self._deadline
            if late or (self._limit is not None and count >= self._limit):
                self.stopped = True
                return
            yield row


class Tally:
    """Adds rows up; a report can be had at any time. Memory grows with the number of different lengths alone."""

    def __init__(self, sequence_length: int) -> None:
        self._limit = sequence_length
        self._lengths = Counter[int]()
        self._notes = Counter[str]()
        self._sum = self._all = self._tokens = self._trainable = self._lost = 0
        self._truncated = self._untrainable = self._refused = 0
        self._truncated_lines: list[int] = []
        self._untrainable_lines: list[int] = []
        self._problems: list[Problem] = []

    def add(self, row: CountedRow) -> None:
        if row.refused:
            self._refused += 1
            if len(self._problems) < LISTED:
                self._problems.append(Problem(row.line, "TEMPLATE_REFUSES", row.refused))
            return
        if row.note:
            self._notes[row.note] += 1
        limit = self._limit
        longest = max(s.tokens for s in row.sequences)
        self._lengths[longest] += 1
        self._sum += longest
        learned = tokens = lost = 0
        nothing = False
        for sequence in row.sequences:
            left = min(sequence.tokens, limit) if sequence.cut else sequence.tokens
            some = sum(min(end, left) - start for start, end in sequence.spans if start < left)
            learned, tokens, lost = learned + some, tokens + left, lost + sequence.tokens - left
            nothing = nothing or not some
        if lost:
            self._truncated += 1
            _list(self._truncated_lines, row.line)
        self._lost += lost
        self._all += tokens + lost
        if nothing:  # the trainer leaves such a row out
            self._untrainable += 1
            _list(self._untrainable_lines, row.line)
            return
        self._tokens += tokens
        self._trainable += learned

    def report(self, sampled: bool = False) -> TokenReport:
        rows = self._lengths.total()
        return TokenReport(
            rows=rows,
            p50=percentile(self._lengths, 0.5),
            p95=percentile(self._lengths, 0.95),
            max=max(self._lengths, default=0),
            mean=self._sum / rows if rows else 0.0,
            histogram=histogram(self._lengths),
            sequence_length=self._limit,
            tokens=self._tokens,
            truncated_rows=self._truncated,
            lost_tokens=self._lost,
            trainable=self._trainable,
            untrainable_rows=self._untrainable,
            unrenderable_rows=self._refused,
            truncated_lines=self._truncated_lines,
            untrainable_lines=self._untrainable_lines,
            problems=self._problems,
            notes=dict(self._notes),
            sampled=sampled,
            all_tokens=self._all,
        )


def report_of(rows: Iterable[CountedRow], sampled: bool, sequence_length: int) -> TokenReport:
    """The report on rows that were counted, at some sequence length."""
    tally = Tally(sequence_length)
    for row in rows:
        tally.add(row)
    return tally.report(sampled)


def _list(lines: list[int], line: int) -> None:
    if len(lines) < LISTED:
        lines.append(line)
