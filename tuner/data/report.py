"""What is said of a dataset that was looked through."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tuner.core.enums import DatasetFormat

LISTED = 20
"""Problems, and remarks, kept one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be used, or one of which something is to be said; in a folder the message names the file."""

    line: int
    code: str
    message: str


@dataclass(slots=True)
class DatasetReport:
    """What a dataset holds. ``rows`` counts the usable ones; ``problem_count`` all others, by ``by_code``.

    Remarks are on usable rows: DUPLICATE (the same content stands above), LEAKED (it stands in the training rows too),
    SAME_PROMPT (only its prompt does) and BROKEN_CALL (a textual tool call that cannot be read); ``by_remark`` counts.
    """

    path: Path
    format: DatasetFormat | None = None
    rows: int = 0
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)
    by_code: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    mtime: float = 0.0
    formats: Counter[str] = field(default_factory=Counter)
    """Usable rows by format; several only where pretraining takes a mixture."""
    remarks: list[Problem] = field(default_factory=list)
    by_remark: Counter[str] = field(default_factory=Counter)
    tool_calls: Counter[str] = field(default_factory=Counter)
    """Usable rows by the spelling of their tool calls: native, qwen, mistral, text."""
    labels: Counter[bool] = field(default_factory=Counter)
    """Usable rows by their label, where they have one."""
    held_out_rows: int | None = None
    """Of the usable rows, those that the split would hold out; None where no split was asked for."""

    compared_rows: int | None = None
    """Copies were looked for among the first so many rows only; None: among all."""
    sampled: bool = False
    """Whether only the first rows were looked at."""

    @property
    def duplicate_rows(self) -> int:
        """Usable rows whose content stands above them already."""
        return self.by_remark["DUPLICATE"]

    @property
    def leaked_rows(self) -> int:
        """Usable rows whose content stands in the training rows."""
        return self.by_remark["LEAKED"]

    @property
    def empty_rows(self) -> int:
        """Rows without text, prompt or answer; they are problems."""
        return self.by_code["EMPTY"]

    def note(self, line: int, code: str, message: str) -> None:
        """Count a row that cannot be used."""
        self.problem_count += 1
        self.by_code[code] += 1
        if len(self.problems) < LISTED:
            self.problems.append(Problem(line, code, message))

    def remark(self, line: int, code: str, message: str) -> None:
        """Count something to be said of a usable row."""
        self.by_remark[code] += 1
        if self.by_remark[code] <= LISTED:
            self.remarks.append(Problem(line, code, message))

    def remarked(self, code: str) -> list[Problem]:
        """The first LISTED remarks of a code."""
        return [r for r in self.remarks if r.code == code]
