"""What every reader of dataset files yields: a record with its line, or why there is none."""

from __future__ import annotations

from typing import NamedTuple

Record = dict[str, object]

LONGEST = 64 * 2**20
"""Of one record, in bytes; a longer one is no row but a file of another kind, and would fill the memory."""


class DatasetUnreadable(Exception):
    """The file as a whole cannot be read; the message says which and why."""


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
