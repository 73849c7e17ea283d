"""Token counts drawn in the terminal: a histogram, what is cut, what is left to learn."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuner.data.token_report import TokenReport

_EIGHTHS = " ▏▎▍▌▋▊▉"
_WIDEST, _LEAST = 60, 10


def token_lines(report: TokenReport) -> Iterator[str]:
    """The report in lines as wide as the terminal, at most."""
    yield f"tokens    {report.p50} in the middle · 95 % have at most {report.p95} · longest {report.max}"
    yield from _histogram(report)
    length = report.sequence_length
    if report.truncated_rows:
        lines = _lines(report.truncated_lines, report.truncated_rows)
        yield (
            f"cut       {report.truncated_rows} of {_rows(report.rows)} longer than {length} tokens:"
            f" {report.lost_tokens} tokens are lost ({report.lost_share:.1%}){lines}"
        )
    else:
        yield f"cut       nothing: no row is longer than {length} tokens"
    yield (
        f"learned   {report.trainable} of {report.tokens} tokens that are left"
        f" ({report.trainable / (report.tokens or 1):.0%})"
    )
    if report.untrainable_rows:
        lines = _lines(report.untrainable_lines, report.untrainable_rows)
        yield f"left out  {_rows(report.untrainable_rows)} with nothing to learn from{lines}"
    if report.unrenderable_rows:
        yield f"refused   {_rows(report.unrenderable_rows)} by the chat template: training would stop at the first"
        for problem in report.problems:
            yield f"  line {problem.line}: {problem.message}"
    for note, count in report.notes.items():
        yield f"note      {_rows(count)}: {note}"


def _histogram(report: TokenReport) -> Iterator[str]:
    most = max((rows for _, _, rows in report.histogram), default=0)
    names = [f"{low}–{high}" if low != high else str(low) for low, high, _ in report.histogram]
    widest = max(map(len, names), default=0)
    room = shutil.get_terminal_size().columns - widest - len(str(most)) - 16
    room = max(_LEAST, min(_WIDEST, room))
    for name, (low, high, rows) in zip(names, report.histogram, strict=True):
        cut = "  ← cut" if low > report.sequence_length else "  ← cut in part" if high > report.sequence_length else ""
        yield f"  {name.rjust(widest)} {_bar(rows / most, room)} {rows}{cut if rows else ''}"


def _bar(share: float, room: int) -> str:
    eighths = max(round(share * room * 8), 1 if share else 0)
    whole, part = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[part] if part else "")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _lines(lines: list[int], count: int) -> str:
    shown = ", ".join(map(str, lines[:5]))
    more = count - min(5, len(lines))
    return f"; line{'s' if count > 1 else ''} {shown}{f' and {more} more' if more else ''}"
