"""Dots in braille cells: two columns and four rows of dots a cell, one colour a cell."""

from __future__ import annotations

_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BLANK = 0x2800


class Canvas:
    """``ink`` numbers stand for colours; the last one drawn in a cell wins it."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.dots_x, self.dots_y = width * 2, height * 4
        self._bits = [[0] * width for _ in range(height)]
        self._inks = [[0] * width for _ in range(height)]
        self._glyphs: dict[tuple[int, int], tuple[str, int]] = {}

    def column(self, x: int, top: int, bottom: int, ink: int) -> None:
        """All dots of one column between two rows, both included."""
        if top > bottom:
            top, bottom = bottom, top
        cell, side = x >> 1, x & 1
        if not 0 <= cell < self.width:
            return
        for y in range(max(0, top), min(self.dots_y - 1, bottom) + 1):
            row = y >> 2
            self._bits[row][cell] |= _BITS[y & 3][side]
            self._inks[row][cell] = ink

    def line(self, x0: int, y0: int, x1: int, y1: int, ink: int) -> None:
        """A straight line of dots."""
        if x1 == x0:
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
        """A character over the cell of a dot."""
        self._glyphs[y >> 2, x >> 1] = (char, ink)

    def row(self, y: int) -> list[tuple[str, int]]:
        """A line of cells as pieces of one colour each."""
        pieces: list[tuple[str, int]] = []
        text, ink = "", 0
        for x in range(self.width):
            bits = self._bits[y][x]
            char, new = self._glyphs.get((y, x)) or (chr(_BLANK + bits) if bits else " ", self._inks[y][x])
            if new != ink and char != " ":
                if text:
                    pieces.append((text, ink))
                text, ink = "", new
            text += char
        return [*pieces, (text, ink)]
