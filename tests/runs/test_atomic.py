"""Files are whole or not there; lines are whole or torn only by a kill."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.subprocesses import run_python
from tuner.runs.atomic import append_line, write_bytes, write_json
from tuner.runs.json_file import UnreadableFile, read_object, read_object_or_none

ANY_TEXT = st.lists(st.text(max_size=3) | st.sampled_from(["\udcff", "\udc80"]), max_size=4).map("".join)
"""Halves of surrogate pairs included, as in the names of files that are not UTF-8."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "file.json"


@pytest.fixture(autouse=True)
def _folder(path: Path) -> None:
    path.parent.mkdir()


@pytest.mark.parametrize("durable", [True, False])
def test_written_whole_with_nothing_left_beside_it(path: Path, durable: bool) -> None:
    write_bytes(path, b"one", durable=durable)
    write_bytes(path, b"two", durable=durable, mode=0o600)
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["file.json"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failed_write_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    write_bytes(path, b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os if step == "fsync" else Path, step, full)
    with pytest.raises(OSError, match="No space"):
        write_bytes(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [p.name for p in path.parent.iterdir()] == ["file.json"]


def test_a_disk_that_really_is_full_leaves_the_old_file(path: Path) -> None:
    write_bytes(path, b"old")
    code = f"""
import resource, signal
from pathlib import Path
from tuner.runs.atomic import write_bytes
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_bytes(Path({str(path)!r}), b"x" * 5000)
except OSError as error:
    print(type(error).__name__)
"""
    done = run_python(code, standard_library_only=True)
    assert (done.stdout, done.stderr) == ("OSError\n", "")
    assert path.read_bytes() == b"old"
    assert [p.name for p in path.parent.iterdir()] == ["file.json"]


def test_a_missing_folder_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_bytes(tmp_path / "missing" / "file", b"")


@given(value=st.dictionaries(ANY_TEXT, ANY_TEXT | st.integers() | st.none(), max_size=4))
def test_json_reads_back_whatever_the_text(value: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> None:
    target = tmp_path_factory.getbasetemp() / f"json-{os.getpid()}.json"
    write_json(target, value, durable=False)
    assert read_object(target) == value
    target.unlink()


def test_json_is_indented_for_people(path: Path) -> None:
    write_json(path, {"name": "Ünï"})
    assert path.read_text(encoding="utf-8") == '{\n  "name": "Ünï"\n}\n'


@given(
    before=st.binary(max_size=6),
    lines=st.lists(ANY_TEXT.map(lambda t: json.dumps(t, ensure_ascii=False)), min_size=1, max_size=4),
)
def test_lines_are_appended_after_closing_a_torn_one(
    before: bytes, lines: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = tmp_path_factory.getbasetemp() / f"lines-{os.getpid()}.jsonl"
    target.write_bytes(before)
    for line in lines:
        append_line(target, line, durable=False)
    torn = b"\n" if before and not before.endswith(b"\n") else b""
    data = target.read_bytes()
    target.unlink()
    assert data.startswith(before + torn)
    added = data[len(before + torn) :]
    assert [json.loads(part) for part in added.split(b"\n")[:-1]] == [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not valid JSON"),
        (b'{"a": 1', "not valid JSON"),
        (b"\xff", "not valid JSON"),
        (b"[1]", "found list"),
        (b"[" * 100_000, "not valid JSON"),
    ],
    ids=["empty", "torn", "binary", "a list", "endless nesting"],
)
def test_what_is_no_object_is_told_with_its_path(path: Path, data: bytes, why: str) -> None:
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match=why) as caught:
        read_object(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_told_or_none(path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        read_object(path)
    assert read_object_or_none(path) is None
    path.write_text("{}", encoding="utf-8")
    assert read_object_or_none(path) == {}
