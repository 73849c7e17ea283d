"""events.jsonl: numbered from 1 without a gap, through torn lines, long lines and many writers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.subprocesses import let_go, start_python
from tuner.runs.events import Event, append_event, read_events
from tuner.runs.layout import RunPaths

ANY_TEXT = st.lists(st.text(max_size=3) | st.sampled_from(["\udcff", "\udc80"]), max_size=4).map("".join)
"""Halves of surrogate pairs included, as in the names of files that are not UTF-8."""


def sequence(run: Path) -> list[int]:
    return [e.seq for e in read_events(run)]


def test_events_are_numbered_and_read_back(tmp_path: Path) -> None:
    first = append_event(tmp_path, "created", "queued")
    second = append_event(tmp_path, "checkpoint", "saved checkpoint-5", {"step": 5})
    assert read_events(tmp_path) == [first, second]
    assert (second.seq, second.type, second.message, second.data) == (
        2,
        "checkpoint",
        "saved checkpoint-5",
        {"step": 5},
    )
    assert second.ts.endswith("Z")
    assert second.as_dict()["data"] == {"step": 5}


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert read_events(tmp_path) == []


@pytest.mark.parametrize(
    "foreign", [b'{"seq": 2, "ts"', b"not json\n", b"[1]\n", b'{"seq": "9"}\n', b"\xff\n", b"[" * 100_000]
)
def test_torn_and_foreign_lines_are_passed_over(tmp_path: Path, foreign: bytes) -> None:
    append_event(tmp_path, "created", "queued")
    with RunPaths(tmp_path).events.open("ab") as file:
        file.write(foreign)
    append_event(tmp_path, "state", "running")
    assert sequence(tmp_path) == [1, 2]


def test_data_that_is_no_mapping_is_left_out(tmp_path: Path) -> None:
    RunPaths(tmp_path).events.write_text('{"seq": 4, "data": [1]}\n', encoding="utf-8")
    assert read_events(tmp_path) == [Event(4, "", "", "", {})]
    assert append_event(tmp_path, "state", "running").seq == 5


@pytest.mark.parametrize("size", [1_000, 64 * 1024, 200_000])
def test_the_number_is_found_behind_a_long_event(tmp_path: Path, size: int) -> None:
    append_event(tmp_path, "created", "queued")
    append_event(tmp_path, "failed", "x" * size)
    assert append_event(tmp_path, "state", "queued").seq == 3
    assert sequence(tmp_path) == [1, 2, 3]


def test_many_long_events(tmp_path: Path) -> None:
    for i in range(12):
        append_event(tmp_path, "warning", "y" * 9_000 * (i % 3))
    assert sequence(tmp_path) == list(range(1, 13))


@given(
    message=ANY_TEXT,
    data=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3),
)
def test_any_text_comes_back(message: str, data: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    run = tmp_path_factory.mktemp("run")
    append_event(run, "warning", message, data)
    (event,) = read_events(run)
    assert (event.message, event.data) == (message, data)


WRITER = """
import sys
from pathlib import Path
from tuner.runs.events import append_event
from tuner.runs.state_file import change_state, patch_state
from tuner.core.states import RunState
run, name = Path(sys.argv[1]), sys.argv[2]
sys.stdin.readline()
for number in range(25):
    append_event(run, "note", f"{name} {number}", {"by": name})
    patch_state(run, {f"{name}": number})
"""


def test_many_writers_make_one_gapless_sequence(tmp_path: Path) -> None:
    RunPaths(tmp_path).state.write_text('{"state": "running"}', encoding="utf-8")
    writers = [start_python(WRITER, str(tmp_path), f"w{i}") for i in range(4)]
    let_go(writers)
    events = read_events(tmp_path)
    assert [e.seq for e in events] == list(range(1, 101))
    for i in range(4):
        mine = [e.message for e in events if e.data["by"] == f"w{i}"]
        assert mine == [f"w{i} {n}" for n in range(25)]
    assert all(f'"w{i}": 24' in RunPaths(tmp_path).state.read_text(encoding="utf-8") for i in range(4))
