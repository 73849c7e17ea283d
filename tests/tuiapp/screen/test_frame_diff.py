"""Frames for slow links: fewer bytes, and the same on the terminal, whatever was drawn before."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tuiapp.screens.frame_diff import FrameDiff

COLUMNS, ROWS = 12, 4
_CODES = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|\x1b\[\?2026[hl]|(\r?\n)|(.)", re.DOTALL)

Look = tuple[frozenset[str], str, str]


class Screen:
    """A terminal that knows the few sequences that frames are made of."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], tuple[str, Look]] = {}
        self._at = (0, 0)
        self._look: Look = (frozenset(), "", "")

    def write(self, data: str) -> None:
        for row, column, codes, newline, char in _CODES.findall(data):
            y, x = self._at
            if row:
                self._at = int(row) - 1, int(column) - 1
            elif newline:
                self._at = y + 1, 0
            elif char:
                width = cell_len(char)
                if width == 0:
                    self.cells[y, x - 1] = (self.cells[y, x - 1][0] + char, self._look)
                    continue
                self.cells[y, x] = (char, self._look)
                if width == 2:
                    self.cells[y, x + 1] = ("", self._look)
                self._at = y, x + width
            else:
                self._style(codes)

    def _style(self, codes: str) -> None:
        attributes, front, back = self._look
        words = iter(codes.split(";"))
        for word in words:
            if word in {"38", "48"}:
                kind = next(words)
                colour = (kind, *(next(words) for _ in range(3 if kind == "2" else 1)))
                front, back = (";".join(colour), back) if word == "38" else (front, ";".join(colour))
            elif word in {"", "0"}:
                attributes, front, back = frozenset(), "", ""
            elif word == "39":
                front = ""
            elif word == "49":
                back = ""
            elif word.startswith("3"):
                front = word
            elif word.startswith("4") and len(word) == 2:
                back = word
            else:
                attributes |= {word}
        self._look = attributes, front, back


texts = st.text(st.sampled_from("ab ─⠿·"), min_size=1, max_size=6)
styles = st.sampled_from(["", "1", "38;2;1;2;3", "38;2;1;2;3;48;2;4;5;6", "1;7;31", "48;5;200", "2;42", "4;39;49"])


@st.composite
def frames(draw: st.DrawFn) -> str:
    """Some spans of some lines, each piece with its own style, as Textual draws them."""
    made = []
    for _ in range(draw(st.integers(1, 5))):
        y, x = draw(st.integers(0, ROWS - 1)), draw(st.integers(0, COLUMNS - 1))
        made.append(f"\x1b[{y + 1};{x + 1}H")
        for _ in range(draw(st.integers(1, 3))):
            style, text = draw(styles), draw(texts)
            made.append(f"\x1b[{style}m{text}\x1b[0m" if style else text)
        made.append(draw(st.sampled_from(["", "\n"])))
    return "".join(made) + "\x1b[1;1H"


@given(st.lists(frames(), min_size=1, max_size=6))
def test_the_terminal_shows_the_same(drawn: list[str]) -> None:
    plain, spared, diff = Screen(), Screen(), FrameDiff()
    for frame in drawn:
        plain.write(frame)
        spared.write(diff.reduce(frame))
        assert spared.cells == plain.cells
    assert diff.reduce(drawn[-1]) == "", "it is there already"


def test_only_what_changed_is_written() -> None:
    diff = FrameDiff()
    frame = "\x1b[3;1H\x1b[1;38;2;9;9;9m Tuner \x1b[0m\x1b[38;2;8;8;8mrow {} ago\x1b[0m\x1b[1;1H"
    assert "Tuner" in diff.reduce(frame.format("3s"))
    assert diff.reduce(frame.format("4s")) == "\x1b[3;12H\x1b[38;2;8;8;8m4\x1b[m\x1b[1;1H"
    assert diff.reduce(frame.format("4s")) == ""
    diff.forget()
    assert "Tuner" in diff.reduce(frame.format("4s"))


def test_a_change_of_colour_names_that_colour_alone() -> None:
    diff = FrameDiff()
    frame = "\x1b[1;1H\x1b[1;31;44ma\x1b[0m\x1b[1;32;44mb\x1b[0m\x1b[1;32mc\x1b[0md"
    assert diff.reduce(frame) == "\x1b[1;1H\x1b[;1;31;44ma\x1b[32mb\x1b[49mc\x1b[md\x1b[1;5H"


def test_wide_and_joined_characters_stay_whole() -> None:
    diff, screen = FrameDiff(), Screen()
    for text in ("a日本b", "a日木b", "ab本 b", "ae\u0301 本"):
        screen.write(diff.reduce(f"\x1b[1;1H{text}"))
        plain = Screen()
        plain.write(f"\x1b[1;1H{text}")
        assert {k: v for k, v in screen.cells.items() if k in plain.cells} == plain.cells, text
    assert "\u0301" in diff.reduce("\x1b[1;1Hx\u0301")


def test_a_frame_that_changes_nothing_is_not_even_announced() -> None:
    diff = FrameDiff()
    begin, end = "\x1b[?2026h", "\x1b[?2026l"
    assert [diff.reduce(d) for d in (begin, "\x1b[1;1Ha", end)] == ["", begin + "\x1b[1;1Ha\x1b[1;2H", end]
    assert [diff.reduce(d) for d in (begin, "\x1b[1;1Ha", end)] == ["", "", ""]


def test_what_is_no_frame_goes_through() -> None:
    diff = FrameDiff()
    frame = "\x1b[1;1Ha"
    diff.reduce(frame)
    for harmless in ("\x07", "\x1b]9;x\x07", "\x1b]52;c;YQ==\x07", "\x1bPtmux;\x1b\x1b]9;x\x07\x1b\\"):
        assert diff.reduce(harmless) == harmless
    assert diff.reduce(frame) == "", "the screen is still known"
    for other in ("\x1b[?1049h", "\x1b[2J", "text from nowhere"):
        assert diff.reduce(other) == other
        assert "a" in diff.reduce(frame), "nothing is known any more"
