"""Rows with their loss mask, wrapped to lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells
from rich.style import Style

from tuiapp.widgets.ink import Ink
from tuiapp.widgets.strips import Part
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.data import MaskedRow

LEARNED, READ = "▌", "│"
"""What stands before a line: the colour alone does not tell what is learned."""
_UNDERLINED = Style(underline=True)


@dataclass(frozen=True, slots=True)
class MaskLine:
    """One line. ``heading``: it names a row; else ``pieces`` are text and whether it is learned."""

    heading: str = ""
    note: str = ""
    pieces: tuple[tuple[str, bool], ...] = ()

    def parts(self, ink: Ink) -> list[Part]:
        if self.heading:
            return [(self.heading, ink.strong), (f"  {self.note}" if self.note else "", ink.warning)]
        learned = any(trained and text.strip() for text, trained in self.pieces)
        style = ink.good + _UNDERLINED
        before: Part = (f"{LEARNED if learned else READ} ", ink.good if learned else ink.faint)
        return [before, *((text, style if trained else ink.muted) for text, trained in self.pieces)]


def mask_lines(rows: Sequence[MaskedRow], width: int) -> list[MaskLine]:
    """The rows under headings, ``width`` cells wide."""
    lines: list[MaskLine] = []
    for row in rows:
        if lines:
            lines.append(MaskLine())
        cut = " · cut" if row.truncated else ""
        lines.append(MaskLine(f"line {row.line} · {row.trainable:,} of {row.tokens:,} tokens learned{cut}", row.note))
        lines += [MaskLine(pieces=tuple(pieces)) for pieces in _wrapped(row.pieces, max(8, width - 2))]
    return lines


def _wrapped(pieces: Sequence[tuple[str, bool]], width: int) -> Iterator[list[tuple[str, bool]]]:
    line: list[tuple[str, bool]] = []
    room = width
    for text, trained in pieces:
        for number, part in enumerate(text.split("\n")):
            if number:
                yield line
                line, room = [], width
            part = inert(part)
            while part:
                if cell_len(part) <= room:
                    line.append((part, trained))
                    room -= cell_len(part)
                    break
                here = chop_cells(part, room)[0] if room > 0 else ""
                if here:
                    line.append((here, trained))
                    part = part[len(here) :]
                yield line
                line, room = [], width
    if line:
        yield line
