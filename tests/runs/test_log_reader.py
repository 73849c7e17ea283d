"""A log's lines, however it grows, equal a plain reading of all of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.log_reference import lines_of, texts_of
from tuner.runs import log_index, log_lines, log_reader
from tuner.runs.log_index import LineIndex
from tuner.runs.log_reader import LogReader

_PIECES = st.sampled_from(
    [
        b"\n", b"\n", b"\r", b"\r\n", b"step=1 loss=0.5", b"\x1b[31mred\x1b[0m", b"\xff\xfe\x80", b"\x1b[A", b"\x1b[2A",
        b"\x1b", b"[", b"[A", "漢字 🙂".encode(), b"\x1b]0;t\x07", b"[bold]x[/]", b"\t", b" 10%|#| 1/9 [0:01<", b"\x00",
        "\u202eabc".encode(), b"y" * 300,
    ]
)  # fmt: skip
LOGS = st.lists(_PIECES | st.binary(max_size=6), max_size=60).map(b"".join)


def all_of(reader: LogReader) -> list[str]:
    while reader.advance():
        pass
    return [line.text for line in reader.window(0, 10_000).lines]


@given(LOGS, st.lists(st.integers(0, 400), max_size=6))
def test_the_index_equals_a_plain_split_in_whatever_pieces_it_is_fed(data: bytes, cuts: list[int]) -> None:
    index, fed = LineIndex(), 0
    for cut in [*sorted(cuts), len(data)]:
        piece = data[index.done : max(fed, min(cut, len(data)))]
        index.extend(piece)
        fed = max(fed, min(cut, len(data)))
    known = [a for a, _ in lines_of(data[: index.done])]
    assert [index.bounds(n)[0] for n in range(index.count)] == known
    assert len(data) - index.done < 8
    for offset in range(index.done):
        assert index.bounds(index.line_at(offset))[0] <= offset


@given(LOGS)
def test_bulk_equals_piece_by_piece(data: bytes) -> None:
    slow, bulk = LineIndex(), LineIndex()
    slow.extend(data)
    threshold, log_index.BULK = log_index.BULK, 0
    try:
        bulk.extend(data)
    finally:
        log_index.BULK = threshold
    assert [slow.bounds(n) for n in range(slow.count)] == [bulk.bounds(n) for n in range(bulk.count)]


@settings(deadline=None)
@given(LOGS, LOGS, st.integers(0, 40), st.integers(1, 9))
def test_windows_and_tail_equal_a_plain_reading_while_the_log_grows(
    first: bytes, more: bytes, at: int, count: int
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "console.log"
        path.write_bytes(first)
        reader = LogReader(path)
        reader.refresh()
        assert all_of(reader) == shown(first, reader)
        with path.open("ab") as file:
            file.write(more)
        reader.refresh()
        texts = shown(first + more, reader)
        assert all_of(reader) == texts
        assert [x.text for x in reader.window(at, count).lines] == texts[at : at + count]
        assert [x.text for x in reader.tail(count).lines] == texts[-count:]
        assert reader.total == len(texts)


def shown(data: bytes, reader: LogReader) -> list[str]:
    """What is shown of the bytes that are counted: not an escape that is cut at the end."""
    return texts_of(data[: reader.window(0, 0).indexed])


@settings(deadline=None)
@given(LOGS.filter(lambda d: b"\x1b" not in d), st.integers(1, 9))
def test_the_last_screenful_before_lines_are_counted(data: bytes, count: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "console.log"
        path.write_bytes(data)
        eager, log_reader.EAGER = log_reader.EAGER, -1
        try:
            reader = LogReader(path)
            reader.refresh()
            page = reader.tail(count)
        finally:
            log_reader.EAGER = eager
        assert page.counted is (not data)
        assert [x.text for x in page.lines] == texts_of(data)[-count:]
        assert [x.start for x in page.lines] == [a for a, _ in lines_of(data)][-count:]


@settings(deadline=None)
@given(LOGS, st.integers(0, 300), LOGS)
def test_a_truncated_log_begins_anew(data: bytes, length: int, more: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "console.log"
        path.write_bytes(data)
        reader = LogReader(path)
        reader.refresh()
        all_of(reader)
        os.truncate(path, min(length, len(data)))
        reader.refresh()
        kept = data[:length]
        assert all_of(reader) == shown(kept, reader)
        assert reader.generation == (1 if len(kept) < len(data) else 0)
        with path.open("ab") as file:
            file.write(more)
        reader.refresh()
        assert all_of(reader) == shown(kept + more, reader)


def test_a_replaced_log_is_told(tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    path.write_bytes(b"one\ntwo\n")
    reader = LogReader(path)
    assert reader.refresh() and not reader.refresh()
    (tmp_path / "new").write_bytes(b"three\nfour\nfive\n")
    (tmp_path / "new").rename(path)
    assert reader.refresh()
    assert all_of(reader) == ["three", "four", "five"]
    assert reader.tail(5).notice == "the log was replaced and begins anew"


def test_other_bytes_in_the_same_file_are_a_replaced_log(tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    path.write_bytes(b"one\ntwo\n")
    reader = LogReader(path)
    reader.refresh()
    path.write_bytes(b"three\nfour\nfive\n")  # copied over and grown before anybody looked
    assert reader.refresh()
    assert all_of(reader) == ["three", "four", "five"]
    assert reader.generation == 1


def test_a_rotated_log_is_told_with_what_holds_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    path.write_bytes(b"one\n")
    (tmp_path / "console.log.gz").write_bytes(b"")
    reader = LogReader(path)
    reader.refresh()
    path.rename(tmp_path / "console.log.1")
    (tmp_path / "console.log.2").write_bytes(b"zero\n")
    path.write_bytes(b"two\n")
    assert reader.refresh()
    assert reader.tail(5).notice == "the log was rotated and begins anew; see console.log.1"
    assert [p.name for p in reader.earlier()] == ["console.log.1", "console.log.2"]
    assert all_of(reader) == ["two"]


def test_a_log_that_goes_and_comes(tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    reader = LogReader(path)
    assert not reader.refresh()
    assert reader.tail(5).lines == [] and reader.is_counted
    path.write_bytes(b"one\n")
    assert reader.refresh()
    path.unlink()
    assert reader.refresh() and not reader.refresh()
    assert all_of(reader) == []
    assert reader.tail(5).notice == "the log is gone"
    path.write_bytes(b"two\n")
    assert reader.refresh()
    assert all_of(reader) == ["two"]


def test_a_long_line_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "console.log"
    long, bar = b"x" * 3_000_000, b"".join(b"\r%d%%" % n for n in range(200_000))
    path.write_bytes(b"a\n" + long + b"\n" + bar + b"\r\n" + long + b"\r" + b"y" * 90_000 + b"\nend\n")
    reader = LogReader(path)
    reader.refresh()
    while reader.advance():
        pass
    read: list[int] = []
    plain = reader._file.read
    monkeypatch.setattr(reader._file, "read", lambda o, n: read.append(n) or plain(o, n))
    texts = [line.text for line in reader.window(0, 9).lines]
    assert texts[0] == "a" and texts[2] == "199999%" and texts[4] == "end"
    assert texts[1].startswith("xxx") and len(texts[1]) == 2000
    assert texts[3].startswith("yyy") and len(texts[3]) == 2000
    assert sum(read) < 1_600_000


def test_lines_that_have_ended_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "console.log"
    path.write_bytes(b"".join(b"line %d\n" % n for n in range(5000)) + b"half")
    reader = LogReader(path)
    reader.refresh()
    reader.tail(200)
    made: list[int] = []
    plain = log_lines.make_line
    monkeypatch.setattr(log_reader, "make_line", lambda *a: made.append(a[2]) or plain(*a))
    with path.open("ab") as file:
        file.write(b" a line\nnew\n")
    reader.refresh()
    page = reader.tail(200)
    assert made == [5000, 5001]
    assert [x.text for x in page.lines][-2:] == ["half a line", "new"]
    for at in range(0, 5000, 100):
        reader.window(at, 100)
    assert len(reader._kept) < 1000


def test_nested_bars_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    inner = b"".join(b"\n\r inner %d%%\x1b[A\r outer %d%%" % (n, n // 10) for n in range(100))
    path.write_bytes(b"begin\n\r outer 0%" + inner + b"\ndone\n")
    reader = LogReader(path)
    reader.refresh()
    assert all_of(reader) == ["begin", " outer 9%", "done"]


def test_lines_beyond_4_gib(tmp_path: Path) -> None:
    """The parts of the index meet there."""
    index = LineIndex()
    index.done = (1 << 32) - 5
    for data in (b"ab\ncdefg\nhi\n", b"j\n"):
        index.extend(data)
    base = (1 << 32) - 5
    assert [index.bounds(n) for n in range(index.count)][1:] == [
        (base + 3, base + 9),
        (base + 9, base + 12),
        (base + 12, base + 14),
    ]
    assert index.line_at(base + 4) == 1 and index.line_at(base + 13) == 3 and index.line_at(1 << 40) == 4
    bulk = LineIndex()
    bulk.done = base
    big = b"ab\n" * ((1 << 20) // 3 + 1)
    bulk.extend(big)
    assert bulk.count == len(big) // 3 and bulk.bounds(10) == (base + 30, base + 33)
    with pytest.raises(IndexError):
        bulk.bounds(bulk.count)


def test_a_small_log_needs_no_numpy(tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    path.write_bytes(b"line\n" * 100_000)
    program = (
        "import sys; from pathlib import Path; from tuner.runs.log_reader import LogReader;"
        "log = LogReader(Path(sys.argv[1])); log.refresh(); log.tail(50);"
        "print(log.total, log.is_counted, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "100000 True False\n"


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_the_end_of_one_endless_line(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "console.log"
    path.write_bytes(b"first\n" + b"x" * 5_000_000 + end)
    reader = LogReader(path)
    reader.refresh()
    page = reader.tail(10)
    assert not page.counted
    assert [(line.text[:3], len(line.text)) for line in page.lines] == [("xxx", 2000)]
