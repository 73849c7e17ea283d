"""JSON and JSON lines as streams: pieces of any size, what stands round a list, and lines without an end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.subprocesses import ROOT
from tuner.data import csv_records, json_records
from tuner.data.records import DatasetUnreadable, Line, read_lines


def put(tmp_path: Path, name: str, text: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def records(path: Path) -> list[object]:
    return [line.record for line in read_lines(path)]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=3), max_size=4)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_records, "_CHUNK", 7)


@pytest.mark.usefixtures("small_pieces")
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(rows=RECORDS, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]), wrapped=st.booleans())
def test_a_list_is_read_piece_by_piece(
    tmp_path: Path, rows: list[object], ascii_only: bool, indent: int | None, wrapped: bool
) -> None:
    value = {"version": 1, "data": rows, "after": [{"x": 1}], "more": {}} if wrapped else rows
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert records(put(tmp_path, "x.json", text)) == rows


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize(
    "text",
    [
        "", " ", "{", "[", "[{}", "[{},", "[{} {}]", "[{}]x", '[{"a": "b', "nul",
        "[nul]", '{"a"}', '{"a": 1 "b": 2}', "{1: []}",
        '{"data": [{}]',
        '{"data": [{}] x', '{"data": [{}]}]', '{"data": [{}], "b"}', "[{}]]", '[{"a": 1}\x00]', "3", '{"a": 1}',
        "{}", '"text"', "[" * 100_000, "[{}] [{}]",
    ],
)  # fmt: skip
def test_a_list_that_is_none_or_breaks_off(tmp_path: Path, text: str) -> None:
    path = put(tmp_path, "x.json", text)
    with pytest.raises(DatasetUnreadable) as caught:
        records(path)
    assert str(path) in str(caught.value)


def test_json_that_is_not_utf_8(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnreadable, match="not UTF-8"):
        records(put(tmp_path, "x.json", b'[{"a": "\xff"}]'))


def test_json_lines_under_the_other_name(tmp_path: Path) -> None:
    text = '\ufeff{"a": 1}\n{"a": 2}\nbroken\n'
    assert records(put(tmp_path, "x.json", text)) == [{"a": 1}, {"a": 2}, None]


def test_half_characters_in_a_list(tmp_path: Path) -> None:
    text = '[{"a": "\\ud83d\\ude42"}, {"a": "\\ud83d"}, {"a": 1}]'
    assert records(put(tmp_path, "x.json", text)) == [{"a": "🙂"}, None, {"a": 1}]


def test_a_line_without_an_end_fills_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_records, "LONGEST", 32)
    text = '{"a": 1}\n{"a": "' + "x" * 100 + '"}\n{"a": 2}\n{"a": "' + "x" * 50
    lines = list(read_lines(put(tmp_path, "x.jsonl", text)))
    assert [(line.number, line.record) for line in lines] == [(1, {"a": 1}), (2, None), (3, {"a": 2}), (4, None)]
    assert all("longer than" in line.problem for line in lines if line.record is None)
    assert lines[-1].at == len(text)


@pytest.mark.usefixtures("small_pieces")
def test_a_value_without_an_end_fills_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_records, "LONGEST", 32)
    with pytest.raises(DatasetUnreadable, match="longer than"):
        records(put(tmp_path, "x.json", '[{"a": 1}, {"a": "' + "x" * 1000))


def test_how_far_it_has_read(tmp_path: Path) -> None:
    text = json.dumps([{"a": 1}, {"a": 2}])
    assert [line.at for line in read_lines(put(tmp_path, "x.json", text))] == [9, 19]
    assert [line.at for line in read_lines(put(tmp_path, "x.jsonl", '{"a": 1}\n\n{"a": 2}'))] == [9, 18]
    assert [line.at for line in read_lines(put(tmp_path, "x.csv", "a\n1\n2"))] == [4, 5]


LONG = "x" * 140_000
"""Beyond what the csv module takes unless the whole process is told otherwise."""


def csv_lines(tmp_path: Path, text: str) -> list[Line]:
    return list(read_lines(put(tmp_path, "x.csv", text)))


def test_long_fields_of_a_csv_change_nothing_for_others(tmp_path: Path) -> None:
    import csv

    limit = csv.field_size_limit()
    text = f'a,b\n"{LONG}\n{LONG}\n"",""",2\n1,{LONG}\n{LONG},\r\n"3","{LONG}"\n5,6'
    lines = csv_lines(tmp_path, text)
    assert [line.record for line in lines] == [
        {"a": f'{LONG}\n{LONG}\n","', "b": "2"},
        {"a": "1", "b": LONG},
        {"a": LONG, "b": ""},
        {"a": "3", "b": LONG},
        {"a": "5", "b": "6"},
    ]
    assert [line.number for line in lines] == [2, 5, 6, 7, 8]
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize(
    ("row", "said"),
    [(f'"{LONG}"x,2', "expected after"), (f'1,"{LONG}', "unexpected end"), (f"{LONG},2,3", "number of columns")],
)
def test_long_rows_that_are_no_csv(tmp_path: Path, row: str, said: str) -> None:
    (line,) = csv_lines(tmp_path, f"a,b\n{row}\n")
    assert line.record is None
    assert said in line.problem


def test_a_field_without_an_end_fills_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_records, "LONGEST", 200_000)
    first, *_, last = csv_lines(tmp_path, f'a\n"{LONG}\n{LONG}\n{LONG}\n1\n')
    assert "longer than" in first.problem
    assert last.record == {"a": "1"}


def test_turns_in_a_csv_are_json(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "q"}]
    cell = json.dumps(turns).replace('"', '""')
    text = f'prompt,completion,note\n"{cell}",[1],"{cell}"\n[x,y,z\n'
    assert [line.record for line in csv_lines(tmp_path, text)] == [
        {"prompt": turns, "completion": "[1]", "note": json.dumps(turns)},
        {"prompt": "[x", "completion": "y", "note": "z"},
    ]


def test_without_msgspec_all_is_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(
        tmp_path, "x.jsonl", b'{"a": 1}\n{"a": NaN}\n{"a": "\\ud83d"}\n{"a": "\xed\xa0\xbd"}\n\xef\xbb\xbf{"b": 2}\n{'
    )
    fast = [repr(line) for line in read_lines(path)]
    monkeypatch.setitem(sys.modules, "msgspec", None)
    assert [repr(line) for line in read_lines(path)] == fast
    assert [line.record is None for line in read_lines(path)] == [False, False, True, True, False, True]


def test_the_readers_need_the_standard_library_alone(tmp_path: Path) -> None:
    path = put(tmp_path, "x.jsonl", '{"prompt": "q", "completion": "a"}\n')
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path\n"
        "from tuner.core.enums import DatasetFormat, Objective\n"
        "from tuner.data.conversion import convert_file\n"
        "from tuner.data.inspect import inspect_dataset\n"
        f"path = Path({str(path)!r})\n"
        "convert_file(path, path.with_suffix('.csv'), DatasetFormat.MESSAGES)\n"
        "print(inspect_dataset(path.with_suffix('.csv'), DatasetFormat.AUTO, Objective.SFT).rows)\n"
    )
    done = subprocess.run([sys.executable, "-S", "-I", "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "1\n", done.stderr
