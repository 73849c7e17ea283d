"""Searching finds the lines that a plain search of what is shown finds, whatever the log does meanwhile."""

from __future__ import annotations

import io
import json
import os
import re
import threading
from array import array
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.runs.test_log_reader import LOGS
from tests.support.log_reference import lines_of, texts_of
from tests.support.waiting import wait_for
from tuner.runs import log_scan, log_search
from tuner.runs.log_file import LogFile
from tuner.runs.log_marks import is_error
from tuner.runs.log_match import ErrorMatcher, PatternError, PatternMatcher, compile_pattern, shown
from tuner.runs.log_reader import LogReader
from tuner.runs.log_search import ErrorSearch, PatternSearch, SearchFailed

PATTERNS = [
    "step", "STEP", "loss=0", r"step=\d", "^step", "x$", "^$", "^", r"[^x]+", r"\s+", "漢", "[漢x]", "red|x", r"\Astep",
    r"x\Z", "(?<!e)d", ".", r"(?s).+", "[", "1/9 [", "i", "é|s",
]  # fmt: skip


def compiled(text: str) -> re.Pattern[str] | None:
    try:
        return compile_pattern(text)
    except PatternError:
        return None


@given(LOGS.filter(lambda d: b"\x1b" not in d and d), st.sampled_from(PATTERNS))
def test_a_match_is_one_of_what_a_line_shows(data: bytes, text: str) -> None:
    pattern = compiled(text)
    if pattern is None:
        return
    shown_lines = shown(data).split("\n")
    expected = [start for (start, _), line in zip(lines_of(data), shown_lines, strict=True) if pattern.search(line)]
    assert PatternMatcher(text).lines(data) == expected


@given(LOGS.filter(bool))
def test_what_is_searched_is_what_is_shown(data: bytes) -> None:
    lines = lines_of(data)
    assert len(shown(data).split("\n")) == len(lines)
    if b"\r" in data or b"\x1b" in data:
        assert shown(data).split("\n") == texts_of(data)


@given(st.lists(st.sampled_from(["error", "no error", "0 errors", "İ error", "fine", "aError: x", "", "killed"])))
def test_error_lines(lines: list[str]) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    expected = [start for (start, _), line in zip(lines_of(data), lines, strict=True) if is_error(line)]
    assert ErrorMatcher().lines(data) == expected


@settings(deadline=None)
@given(st.lists(st.sampled_from([b"needle\n", b"hay\n", b"y" * 70 + b"\n", b"z" * 500 + b"needle\n", b"\n"])))
def test_blocks_meet_at_lines(lines: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_bytes(b"".join(lines))
        size = path.stat().st_size
        found = list(log_scan.scan(LogFile(path), PatternMatcher("needle"), 0, size, block=64))
        starts = [s for _, block in found for s in block]
        assert starts == [start for start, raw in lines_of(b"".join(lines)) if b"needle" in raw]
        assert not lines or found[-1][0] == size


def test_long_lines_are_cut_before_they_are_matched() -> None:
    data = b"x" * 5000 + b"needle\n" + b"needle" + b"x" * 5000 + b"\n"
    assert PatternMatcher("needle").lines(data) == [5007]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a(b", "missing ), unterminated subpattern at character 2"),
        ("*", "nothing to repeat at character 1"),
        ("a{1,99999999999999}", "too large"),
        ("(" * 5000 + ")" * 5000, "too large"),
    ],
)
def test_what_is_no_pattern_is_told_with_the_place(text: str, problem: str, log: LogReader) -> None:
    with pytest.raises(PatternError, match=re.escape(f"not a regular expression: {problem}")):
        PatternSearch(log, text)


@pytest.fixture
def log(tmp_path: Path) -> LogReader:
    path = tmp_path / "console.log"
    path.write_bytes(b"one error\ntwo\nthree Errors\nfour: no errors")
    reader = LogReader(path)
    reader.refresh()
    return reader


@pytest.fixture
def searches(log: LogReader) -> Iterator[list[PatternSearch]]:
    made: list[PatternSearch] = []
    yield made
    for search in made:
        search.close()


def texts(search: log_search.LogSearch) -> list[str]:
    return [x.text for x in search.log.lines_from(search.window(0, 99), 0, len(search)).lines]


def test_a_search_in_another_process_goes_on_with_the_log(log: LogReader, searches: list[PatternSearch]) -> None:
    search = PatternSearch(log, "errors?$")
    searches.append(search)
    told: list[int] = []
    search.advance(lambda: told.append(search.done))
    assert texts(search) == ["one error", "three Errors", "four: no errors"]
    assert search.is_done and told[-1] == log.size
    assert search.place_of(log.start_of(1)) == 1
    with log.path.open("ab") as file:
        file.write(b" at all\nfive error\n")
    log.refresh()
    assert not search.is_done
    search.advance()
    search.advance()
    assert texts(search) == ["one error", "three Errors", "five error"]  # the last line had not ended
    os.truncate(log.path, 14)
    log.refresh()
    search.advance()
    assert texts(search) == ["one error"]


def test_a_capital_letter_minds_case(log: LogReader, searches: list[PatternSearch]) -> None:
    searches += [PatternSearch(log, "Err"), PatternSearch(log, r"\Serr")]
    for search in searches:
        search.advance()
    assert [len(s) for s in searches] == [1, 0]


def test_matches_within_lines(log: LogReader, searches: list[PatternSearch]) -> None:
    searches.append(PatternSearch(log, "o|$"))
    assert searches[0].spans(["one two", "", "漢o"]) == [[(0, 1), (6, 7)], [], [(1, 2)]]


def test_a_pattern_that_takes_for_ever_is_given_up(
    log: LogReader, searches: list[PatternSearch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_search, "PATIENCE", 0.3)
    log.path.write_bytes(b"a" * 100 + b"b\n")
    log.refresh()
    searches.append(PatternSearch(log, "(a+)+$"))
    with pytest.raises(SearchFailed, match=r"takes more than 0\.3 s near byte 0 of the log: write it more simply"):
        searches[0].advance()
    assert searches[0].spans(["a" * 100 + "b"]) == [[]]
    assert searches[0].spans(["a"]) == [[(0, 1)]]


def test_a_search_is_ended_from_another_thread(log: LogReader) -> None:
    log.path.write_bytes(b"a" * 100 + b"b\n")
    log.refresh()
    search = PatternSearch(log, "(a+)+$")
    failed: list[str] = []

    def work() -> None:
        try:
            search.advance()
        except SearchFailed as error:
            failed.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    wait_for(lambda: search._scanner is not None)
    search.close()
    thread.join(10)
    assert failed == ["the search was ended"]
    with pytest.raises(SearchFailed):
        search.advance()
    assert search.spans(["a"]) == [[]]
    errors = ErrorSearch(log)
    errors.close()
    with pytest.raises(SearchFailed):
        errors.advance()


def test_errors_are_found_without_another_process(log: LogReader) -> None:
    search = ErrorSearch(log)
    search.advance()
    assert texts(search) == ["one error", "three Errors"]
    search.advance()
    assert len(search) == 2


def test_the_log_became_shorter_while_it_was_searched(log: LogReader, searches: list[PatternSearch]) -> None:
    searches.append(PatternSearch(log, "error"))
    log.path.write_bytes(b"one error\n")  # nobody has looked yet
    searches[0].advance()
    assert searches[0].window(0, 9).tolist() == [0]  # type: ignore[attr-defined]  # an array


def test_what_the_searching_process_answers(log: LogReader) -> None:
    """The same as over its pipes, in this process."""
    asked = [
        {"pattern": "error", "patience": 60},
        {"path": str(log.path), "from": 0, "to": log.size},
        {"path": str(log.path), "from": log.size, "to": log.size + 5},  # it has become shorter meanwhile
        {"texts": ["an error"]},
    ]
    answers = io.BytesIO()
    log_scan.serve(io.BytesIO("".join(f"{json.dumps(r)}\n" for r in asked).encode()), answers)
    answers.seek(0)
    found: list[tuple[bytes, int, object]] = []
    while head := answers.read(log_scan.FRAME.size):
        kind, done, count = log_scan.FRAME.unpack(head)
        body = answers.read(count * 8 if kind == log_scan.SCANNED else count)
        found.append((kind, done, array("Q", body).tolist() if kind == log_scan.SCANNED else json.loads(body)))
    starts = [0, 14, 27]
    assert found == [
        (b"s", log.size, starts),
        (b"s", log.size + 5, []),
        (b"t", 0, [[[3, 8]]]),
    ]


def test_a_line_longer_than_a_block(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"needle" + b"x" * 300 + b"\nneedle" + b"x" * 300)
    size = path.stat().st_size
    assert [s for _, found in log_scan.scan(LogFile(path), PatternMatcher("needle"), 0, size, 64) for s in found] == [
        0,
        307,
    ]
    assert list(log_scan.scan(LogFile(tmp_path / "none"), PatternMatcher("needle"), 0, 9)) == []
