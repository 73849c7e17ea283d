"""What every reader of dataset files yields: a record with its line, or why there is none."""

from __future__ import annotations

from typing import NamedTuple

Record = dict[str, object]

NOT_OPENED = "see whether it is there and may be read"
BROKEN_FILE = "make the file anew, or copy it again: it is broken, or cut off"

LONGEST = 64 * 2**20
"""Of one record, in bytes; a longer one is no row but a file of another kind, and would fill the memory."""


class DatasetUnreadable(Exception):
    """The file as a whole cannot be read; the message says which and why, ``hint`` what to do about it."""

    def __init__(self, message: str, hint: str = "convert it to JSONL, one object a line") -> None:
        super().__init__(message)
        self.hint = hint


class Line(NamedTuple):
    """One record, or why there is none.

    ``number`` is the 1-based line (in JSON and Parquet: the record's place), ``record`` is None where ``problem`` says
    why, ``at`` is about how many bytes were read so far, and ``file`` the shard's name where there are several.
    """

    number: int
    record: Record | None
    problem: str = ""
    at: int = 0
    file: str = ""


TOO_LONG = f"is longer than {LONGEST // 2**20} MiB"
EXPECTED = "expected an object with keys, found {}"
HALF = "holds half of a character (one \\ud… escape without its other half)"
