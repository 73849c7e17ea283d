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


def number(value: float | None, digits: int = 4) -> str:
    """A number for people; a dash where it is unknown."""
    return "–" if value is None else f"{value:.{digits}g}"


def duration(seconds: float | None) -> str:
    """Seconds as 45s, 12m, 3h05m, 2d4h."""
    if seconds is None:
        return "–"
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s" if whole < 600 else f"{whole // 60}m"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d{whole % 86400 // 3600}h"


def size(count: float) -> str:
    """Bytes as 512 B, 1.2 KB, 132 MB (powers of 1000)."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
