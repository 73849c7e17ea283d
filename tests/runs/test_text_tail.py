"""The end of a log is inert text, whatever a process wrote into it."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.runs.text_tail import LONGEST, inert, inert_line, last_lines


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\tb", "a   b"),
        ("a\x00\x07\x08b", "ab"),
        ("\x9b2Jx", "x"),
        ("\u202eabc\u2066", "abc"),
        ("[bold]kept[/bold]", "[bold]kept[/bold]"),
        ("üñï 漢字 🙂", "üñï 漢字 🙂"),
    ],
)
def test_what_steers_a_terminal_is_stripped(raw: str, shown: str) -> None:
    assert inert(raw) == shown


@given(st.text(st.sampled_from("\x1b\x9b[];0m\x07\r\n\tAé\u202e\u2028") | st.characters()))
def test_no_text_can_move_the_cursor(text: str) -> None:
    shown = inert(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in shown)
    assert not set(shown) & {"\u202a", "\u202e", "\u2066", "\u2069"}


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"one\n", "one"),
        (b"10%\r50%\r100%\r\n", "100%"),
        (b"\xff\xfe broken", "\ufffd\ufffd broken"),
    ],
)
def test_one_line(raw: bytes, shown: str) -> None:
    assert inert_line(raw) == shown


def test_an_endless_line_is_cut() -> None:
    assert inert_line(b"x" * LONGEST) == "x" * LONGEST
    cut = inert_line(b"x" * (LONGEST + 1))
    assert (len(cut), cut[-1]) == (LONGEST, "…")


@pytest.mark.parametrize("count", [1, 3, 1000])
def test_the_last_lines_that_are_not_blank(tmp_path: Path, count: int) -> None:
    path = tmp_path / "console.log"
    lines = [f"line {i} {'x' * 90}" for i in range(2000)]
    path.write_text("\n\n".join(lines) + "\n \n\n", encoding="utf-8")
    assert last_lines(path, count) == lines[-count:]


def test_a_log_that_is_empty_or_missing(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert last_lines(tmp_path / "empty", 5) == []
    assert last_lines(tmp_path / "missing", 5) == []
