"""A log's lines as rows of the pane: cut or wrapped, matches marked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from rich.style import Style

from tuiapp.widgets.strips import Part
from tuner.runs.log_search import Spans


@dataclass(frozen=True, slots=True)
class Row:
    """A row in sight: a part of the text of the line at ``index``."""

    index: int
    begin: int
    end: int


def pieces(text: str, width: int) -> list[tuple[int, int]]:
    """Where a text is broken to fit ``width`` cells; at least one piece."""
    if text.isascii():
        return [(at, min(len(text), at + width)) for at in range(0, max(1, len(text)), width)]
    found, at = [], 0
    for piece in chop_cells(text, width):
        found.append((at, at + len(piece)))
        at += len(piece)
    return found or [(0, 0)]


def rows_from(top: int, count: int, room: int, width: int, text_of: Callable[[int], str]) -> list[Row]:
    """The rows that are in sight when the line ``top`` stands first, each line wrapped."""
    rows: list[Row] = []
    for index in range(top, count):
        rows += [Row(index, a, b) for a, b in pieces(text_of(index), width)]
        if len(rows) >= room:
            break
    return rows[:room]


def fitting_before(last: int, room: int, width: int, text_of: Callable[[int], str]) -> int:
    """How many wrapped lines up to and with ``last`` fit; at least that one."""
    used = lines = 0
    while lines <= last:
        used += len(pieces(text_of(last - lines), width))
        if used > room:
            break
        lines += 1
    return max(1, lines)


def marked(text: str, begin: int, end: int, style: Style, spans: Spans, mark: Style) -> list[Part]:
    """A part of a text, its matches in their own style."""
    parts: list[Part] = []
    at = begin
    for a, b in spans:
        a, b = max(a, at), min(b, end)
        if a < b:
            parts += [(text[at:a], style), (text[a:b], mark)]
            at = b
    parts.append((text[at:end], style))
    return parts


def cut(text: str, width: int) -> int:
    """How many characters of a text are shown in ``width`` cells, one of which says that more follow."""
    if text.isascii():
        return len(text) if len(text) <= width else max(0, width - 1)
    return len(text) if cell_len(text) <= width else len((chop_cells(text, max(1, width - 1)) or [""])[0])
