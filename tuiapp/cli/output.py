"""Printing: data alone on stdout, messages on stderr, JSON in one shape. Nothing printed commands the terminal."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence

from tuner.core.errors import TunerError

_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON need not escape, but a terminal may obey, or no encoding has."""


def print_json(value: object) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(_as_json(value, indent=2) + "\n")


def _as_json(value: object, indent: int | None = None) -> str:
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    return text if text.isascii() and "\x7f" not in text else _UNSEEN.sub(lambda c: f"\\u{ord(c[0]):04x}", text)


def plain(text: str) -> str:
    """Text as a terminal may have it: its lines and tabs stay, escape sequences and control characters go."""
    if text.isascii() and text.isprintable():
        return text
    from tuner.runs.text_tail import inert  # most text has no need of it

    return "\n".join("\t".join(map(inert, line.split("\t"))) for line in text.split("\n"))


def print_line(text: str = "") -> None:
    """A line of data on stdout."""
    sys.stdout.write(plain(text) + "\n")


def tell(text: str) -> None:
    """A line for the person on stderr."""
    sys.stderr.write(plain(text) + "\n")
    sys.stderr.flush()


def print_error(error: TunerError, as_json: bool) -> None:
    """An error: what, where, and what next."""
    if as_json:
        tell(_as_json({"error": error.as_dict()}))
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
    listed = [[plain(cell) for cell in row] for row in rows]
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
