"""Printing: data alone on stdout, messages on stderr, JSON in one shape."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence

from tuner.core.errors import TunerError


def print_json(value: object) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def print_line(text: str = "") -> None:
    """A line of data on stdout."""
    sys.stdout.write(text + "\n")


def tell(text: str) -> None:
    """A line for the person on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def print_error(error: TunerError, as_json: bool) -> None:
    """An error: what, where, and what next."""
    if as_json:
        tell(json.dumps({"error": error.as_dict()}, ensure_ascii=False))
        return
    tell(f"error: {error.message}")
    if error.hint:
        tell(f"  hint: {error.hint}")


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[str] = (), *, named: int = 0
) -> None:
    """A table in columns, as wide as its content; ``right`` names the columns of numbers.

    The last ``named`` columns bear names that stand as they are.
    """
    listed = [list(r) for r in rows]
    widths = [max(len(c), *(len(r[i]) for r in listed)) if listed else len(c) for i, c in enumerate(columns)]
    to_right = set(right)

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if name in to_right else cell.ljust(width)
            for cell, width, name in zip(cells, widths, columns, strict=True)
        )
        return "  ".join(padded).rstrip()

    spoken = len(columns) - named
    print_line(line([c.upper() if i < spoken else c for i, c in enumerate(columns)]))
    for row in listed:
        print_line(line(row))
