"""Frames for a terminal at the end of a slow line: of what is drawn again, only the cells that have changed.

Textual draws whole widgets, or all of a line from its left up to what changed, and names all colours with each piece of
text. Here a frame is read into cells, compared with what the terminal shows, and what differs is written with as few
changes of style as there are. A write that is no frame goes through as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len

_TOKENS = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|([^\x00-\x1f\x7f]+)|(\r?\n)")
_HARMLESS = re.compile(r"(?:\x07|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP(?:[^\x1b]|\x1b\x1b)*\x1b\\|\x1b\[\?\d+\$p)*$")
"""What changes nothing on the screen: bell, OSC, DCS, a question about a mode."""
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
"""Around a frame, where the terminal can show it at once."""
_GAP = 3
"""Unchanged cells that are cheaper to write again than to jump over."""

Cell = tuple[str, str]
"""Text ("" in the second cell of a wide character) and the SGR codes it is drawn with."""


class FrameDiff:
    """Knows what the terminal shows, as far as it was written through here."""

    def __init__(self) -> None:
        self._shown: dict[int, list[Cell | None]] = {}
        self._cursor: tuple[int, int] | None = None
        self._began = False

    def forget(self) -> None:
        """Something else has written to the terminal, or its size has changed."""
        self._shown, self._cursor = {}, None

    def reduce(self, data: str) -> str:
        """What has to be written instead of ``data``; "" where the terminal shows it already."""
        if data == _BEGIN:
            self._began = True
            return ""
        if data == _END:
            began, self._began = self._began, False
            return "" if began else data
        made = self._frame(data)
        if made and self._began:
            self._began = False
            return _BEGIN + made
        return made

    def _frame(self, data: str) -> str:
        frame: dict[int, list[Cell | None]] = {}
        at: tuple[int, int] | None = None
        style, position = "", 0
        for token in _TOKENS.finditer(data):
            if token.start() != position:
                break
            position = token.end()
            row, column, codes, text, _ = token.groups()
            if row is not None:
                at = int(row) - 1, int(column) - 1
            elif codes is not None:
                style = "" if codes in {"", "0"} else f"{style};{codes}" if style else codes
            elif text is None:
                at = None
            elif at is None:
                position = -1
                break
            else:
                at = self._put(frame, at, text, style)
        if position != len(data) or not data:
            if not _HARMLESS.match(data):
                self.forget()
            return data
        return self._written(frame, at)

    def _put(self, frame: dict[int, list[Cell | None]], at: tuple[int, int], text: str, style: str) -> tuple[int, int]:
        y, x = at
        line = frame.get(y)
        if line is None:
            line = frame[y] = list(self._shown.get(y, ()))
        cells = _cells(text, style)
        if len(line) < x + len(cells):
            line.extend([None] * (x + len(cells) - len(line)))
        line[x : x + len(cells)] = cells
        return y, x + len(cells)

    def _written(self, frame: dict[int, list[Cell | None]], end: tuple[int, int] | None) -> str:
        pieces: list[str] = []
        style = ""
        for y in sorted(frame):
            new, old = frame[y], self._shown.get(y, [])
            for first, last in _spans(old, new):
                pieces.append(f"\x1b[{y + 1};{first + 1}H")
                for cell in new[first:last]:
                    text, wanted = cell or (" ", "")
                    if wanted != style and text:
                        pieces.append(_change(style, wanted))
                        style = wanted
                    pieces.append(text)
            self._shown[y] = new
        if style:
            pieces.append("\x1b[m")
        if end is not None and (pieces or end != self._cursor):
            pieces.append(f"\x1b[{end[0] + 1};{end[1] + 1}H")
        self._cursor = end
        return "".join(pieces)


def _cells(text: str, style: str) -> list[Cell | None]:
    if text.isascii():
        return [(c, style) for c in text]
    cells: list[Cell | None] = []
    for c in text:
        width = cell_len(c)
        if width == 0 and cells:
            last = next(i for i in range(len(cells) - 1, -1, -1) if (cells[i] or ("", ""))[0])
            cells[last] = ((cells[last] or ("", ""))[0] + c, style)
        else:
            cells += [(c, style), *[("", style)] * (width - 1)]
    return cells


def _spans(old: list[Cell | None], new: list[Cell | None]) -> list[tuple[int, int]]:
    """From which cell up to which something differs; never from the middle of a wide character."""
    spans: list[tuple[int, int]] = []
    known = len(old)
    for x, cell in enumerate(new):
        if cell is None or (x < known and cell == old[x]):
            continue
        if spans and x - spans[-1][1] <= _GAP and None not in new[spans[-1][1] : x]:
            spans[-1] = (spans[-1][0], x + 1)
        else:
            first = x
            while first and (new[first] or (" ", ""))[0] == "":
                first -= 1
            spans.append((first, x + 1))
    return [(a, _whole(new, b)) for a, b in spans]


def _whole(new: list[Cell | None], end: int) -> int:
    """The end of a span, past the second half of a wide character."""
    while end < len(new) and (new[end] or (" ", ""))[0] == "":
        end += 1
    return end


class _Look(NamedTuple):
    attributes: tuple[str, ...]
    front: str
    back: str


@lru_cache(4096)
def _change(before: str, after: str) -> str:
    """The shortest way from one style to another."""
    old, new = _look(before), _look(after)
    if old.attributes != new.attributes:
        codes = ["", *new.attributes, *(c for c in (new.front, new.back) if c)]
    else:
        codes = [new.front or "39"] if old.front != new.front else []
        codes += [new.back or "49"] if old.back != new.back else []
    return f"\x1b[{';'.join(codes)}m" if codes else ""


@lru_cache(4096)
def _look(style: str) -> _Look:
    attributes: list[str] = []
    front = back = ""
    codes = iter(style.split(";"))
    for code in codes:
        if code in {"38", "48"}:
            kind = next(codes, "")
            rest = [next(codes, "") for _ in range(3 if kind == "2" else 1)]
            colour = ";".join((code, kind, *rest))
            front, back = (colour, back) if code == "38" else (front, colour)
        elif code in {"", "0"}:
            attributes, front, back = [], "", ""
        elif len(code) >= 2 and code[:-1] in {"3", "9"}:
            front = "" if code == "39" else code
        elif len(code) >= 2 and code[:-1] in {"4", "10"}:
            back = "" if code == "49" else code
        else:
            attributes.append(code)
    return _Look(tuple(attributes), front, back)
