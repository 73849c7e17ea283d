"""Records of a file with their line numbers, whatever kind of file, whatever is in it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from tuner.data.records import DatasetUnreadable, read_lines

RECORDS = [{"text": "one", "n": 1}, {"text": "zwei\u2028drei", "n": 2}]


def put(tmp_path: Path, name: str, data: bytes | str) -> Path:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def records(path: Path) -> list[object]:
    return [line.record for line in read_lines(path)]


@pytest.mark.parametrize("name", ["x.jsonl", "x.ndjson", "x.JSONL"])
def test_jsonl_a_record_a_line(tmp_path: Path, name: str) -> None:
    text = "".join(json.dumps(r, ensure_ascii=False) + "\n\n" for r in RECORDS).rstrip("\n")
    lines = list(read_lines(put(tmp_path, name, text)))
    assert [line.record for line in lines] == RECORDS
    assert [line.number for line in lines] == [1, 3]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"{", "not valid JSON"),
        (b"[1]", "found list"),
        (b"3", "found int"),
        (b"\xff\xfe{}", "not"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "not valid JSON"),
        (b"1" * 5000, "not valid JSON"),
        (b'{"text": "half \\ud83d"}', "half of a"),
        (b'{"messages": [{"content": "\\uDC00"}]}', "half of a"),
    ],
    ids=["torn", "list", "number", "utf-16", "not utf-8", "nested", "digits", "half", "half inside"],
)
def test_a_bad_line_is_told_and_the_others_are_read(tmp_path: Path, bad: bytes, why: str) -> None:
    first, second, third = read_lines(put(tmp_path, "x.jsonl", b'{"a": 1}\n' + bad + b'\n{"b": 2}'))
    assert (first.record, third.record) == ({"a": 1}, {"b": 2})
    assert (second.number, second.record) == (2, None)
    assert why in second.problem


def test_whole_surrogate_pairs_are_text(tmp_path: Path) -> None:
    assert records(put(tmp_path, "x.jsonl", b'{"text": "\\ud83d\\ude42 \\\\ud83d"}')) == [{"text": "🙂 \\ud83d"}]


@pytest.mark.parametrize("text", [json.dumps(RECORDS), json.dumps({"version": 1, "data": RECORDS})])
def test_json_holds_a_list(tmp_path: Path, text: str) -> None:
    assert records(put(tmp_path, "x.json", text)) == RECORDS


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.json", b"{"),
        ("x.json", b"3"),
        ("x.json", b'{"a": 1}'),
        ("x.json", b"[" * 100_000),
        ("x.json", b"\xff"),
        ("x.csv", b"a,b\n\xff,1\n"),
        ("x.csv", b'a,"b\n1,2\n'),
        ("x.parquet", b"no parquet"),
        ("x.parquet", b""),
        ("x.txt", b"text"),
        ("x", b""),
    ],
)
def test_a_file_broken_as_a_whole_is_told_with_its_path(tmp_path: Path, name: str, data: bytes) -> None:
    path = put(tmp_path, name, data)
    with pytest.raises(DatasetUnreadable) as caught:
        list(read_lines(path))
    assert str(path) in str(caught.value)


def test_json_records_that_are_none(tmp_path: Path) -> None:
    found = list(read_lines(put(tmp_path, "x.json", b'[{"a": 1}, 3, {"text": "\\ud800"}]')))
    assert [(line.number, line.record is None) for line in found] == [(1, False), (2, True), (3, True)]


def test_csv_with_its_lines(tmp_path: Path) -> None:
    text = '\ufeffinstruction,output\r\n"two\nlines",a\r\nonly one\r\nq,b,c\r\nq,""\r\n'
    found = list(read_lines(put(tmp_path, "x.csv", text)))
    assert [(line.number, line.record) for line in found] == [
        (2, {"instruction": "two\nlines", "output": "a"}),
        (4, None),
        (5, None),
        (6, {"instruction": "q", "output": ""}),
    ]
    assert "columns" in found[1].problem


def test_a_bad_line_of_a_csv_does_not_hide_the_rest(tmp_path: Path) -> None:
    found = list(read_lines(put(tmp_path, "x.csv", 'text\none\n"tw"o\nthree\n')))
    assert [(line.number, line.record) for line in found] == [(2, {"text": "one"}), (3, None), (4, {"text": "three"})]
    assert "not valid CSV" in found[1].problem


def test_a_long_document_fits_in_a_csv(tmp_path: Path) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["text"], ["x" * 300_000], ["y"]])
    assert [len(str(r["text"])) for r in records(put(tmp_path, "x.csv", out.getvalue()))] == [300_000, 1]  # type: ignore[index]


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    parquet.write_table(pa.Table.from_pylist(RECORDS), path)
    assert [(line.number, line.record) for line in read_lines(path)] == [(1, RECORDS[0]), (2, RECORDS[1])]


def test_parquet_without_its_package_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(DatasetUnreadable, match="pip install pyarrow"):
        list(read_lines(put(tmp_path, "x.parquet", b"")))


@pytest.mark.parametrize("name", ["x.jsonl", "x.json", "x.csv", "x.parquet"])
def test_missing_files_and_folders(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatasetUnreadable, match="No such file"):
        list(read_lines(tmp_path / "missing" / name))
    (tmp_path / name).mkdir()
    with pytest.raises(DatasetUnreadable, match=name):
        list(read_lines(tmp_path / name))
