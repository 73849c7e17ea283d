"""Dots in braille cells: two columns and four rows of dots a cell, one ink a cell."""

from __future__ import annotations

Piece = tuple[str, int]
"""Text and its ink number."""

_LEFT, _RIGHT = (0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80)
_FROM = tuple(tuple(sum(side[r:]) for r in range(4)) for side in (_LEFT, _RIGHT))
_TO = tuple(tuple(sum(side[: r + 1]) for r in range(4)) for side in (_LEFT, _RIGHT))
_FULL = (sum(_LEFT), sum(_RIGHT))
_CHARS = " " + "".join(chr(0x2800 + bits) for bits in range(1, 256))


class Canvas:
    """Ink numbers (1 to 255) stand for colours; the last one drawn in a cell wins it."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.dots_x, self.dots_y = width * 2, height * 4
        self._bits = bytearray(width * height)
        self._inks = bytearray(width * height)
        self._glyphs: dict[int, str] = {}

    def column(self, x: int, top: int, bottom: int, ink: int) -> None:
        """All dots of one column between two rows, both included; what lies outside is left out."""
        if top > bottom:
            top, bottom = bottom, top
        if bottom < 0 or top >= self.dots_y or not 0 <= x < self.dots_x:
            return
        top, bottom = max(0, top), min(self.dots_y - 1, bottom)
        side, bits, inks, width = x & 1, self._bits, self._inks, self.width
        at, end = (top >> 2) * width + (x >> 1), (bottom >> 2) * width + (x >> 1)
        inks[at] = inks[end] = ink
        if at == end:
            bits[at] |= _FROM[side][top & 3] & _TO[side][bottom & 3]
            return
        bits[at] |= _FROM[side][top & 3]
        bits[end] |= _TO[side][bottom & 3]
        full = _FULL[side]
        for between in range(at + width, end, width):
            bits[between] |= full
            inks[between] = ink

    def line(self, x0: int, y0: int, x1: int, y1: int, ink: int) -> None:
        """A straight line of dots, from left to right."""
        if x1 <= x0:
            self.column(x0, y0, y1, ink)
            return
        slope = (y1 - y0) / (x1 - x0)
        before = y0
        for x in range(x0, x1 + 1):
            y = round(y0 + (x - x0) * slope)
            # Each column takes up where the last one left off, so that steep lines have no holes.
            self.column(x, y if abs(y - before) <= 1 else before + (1 if y > before else -1), y, ink)
            before = y

    def glyph(self, x: int, y: int, char: str, ink: int) -> None:
        """A character over the cell of a dot; left out where the dot is outside."""
        if 0 <= x < self.dots_x and 0 <= y < self.dots_y:
            self.put(x >> 1, y >> 2, char, ink)

    def put(self, cell: int, row: int, char: str, ink: int) -> None:
        """A character of one cell over a cell inside."""
        at = row * self.width + cell
        self._glyphs[at], self._inks[at] = char, ink

    def rule(self, row: int, char: str, ink: int) -> None:
        """A character in every cell of a row that is still blank."""
        for at in range(row * self.width, (row + 1) * self.width):
            if not self._bits[at] and at not in self._glyphs:
                self._glyphs[at], self._inks[at] = char, ink

    def row(self, y: int) -> list[Piece]:
        """A line of cells as pieces of one ink each; blanks have whatever ink stands before them."""
        at, end = y * self.width, (y + 1) * self.width
        text = "".join(map(_CHARS.__getitem__, self._bits[at:end]))
        if self._glyphs:
            chars = list(text)
            for cell in range(self.width):
                if at + cell in self._glyphs:
                    chars[cell] = self._glyphs[at + cell]
            text = "".join(chars)
        inks = self._inks[at:end]
        used = set(inks) - {0}
        return [(text, next(iter(used), 0))] if len(used) <= 1 else _pieces(text, inks)


def _pieces(text: str, inks: bytearray) -> list[Piece]:
    pieces: list[Piece] = []
    start, ink = 0, -1
    for index, (char, here) in enumerate(zip(text, inks, strict=True)):
        if char != " " and here != ink:
            if ink >= 0:
                pieces.append((text[start:index], ink))
                start = index
            ink = here
    return [*pieces, (text[start:], max(ink, 0))]
