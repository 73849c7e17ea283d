"""Blocks of lines read at once against the same lines read one by one, and against the naive reader."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.metric_reference import naive_table, same
from tuner.runs.metric_follower import RowFollower
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import parse_row
from tuner.runs.metric_load import load

KEYS = ["loss", "eval_loss", "kl", "rewards/margins", "learning_rate", "epoch", "a" * 40, "ü"]
TIMES = st.sampled_from(
    [
        "2026-11-20T10:00:01.250Z", "2026-11-20T23:59:59.999Z", "2026-11-21T00:00:00.000Z", "2024-02-29T12:00:00.001Z",
        "2026-02-30T10:00:01.250Z", "2026-11-20T24:00:01.250Z", "2026-11-20T10:00:01Z", "2026-11-20T10:00:01.250001Z",
        "2026-11-20T10:00:01.250+00:00", "2026-11-20T10:00:01.250001+00:00", "2026-11-20T10:00:01.250+02:00",
        "2026-11-20 10:00:01.250Z", "9999-12-31T10:00:01.250Z", "2026-11-20T10:0x:01.250Z", "soon", "",
    ]
)  # fmt: skip
NUMBERS = st.floats() | st.floats(width=32) | st.integers(-(2**70), 2**70)
ODD = st.sampled_from(
    [
        b"", b"  ", b"[1]", b"not json", b'{"step": ', b'{"step": 1, "loss": null}', b'{"step": 1, "loss": "NaN"}',
        b'{"step": 2, "ok": true}', b'{"step": 1.5}', b'{"step": 3.0, "loss": 1}', b'{"step": 1} {"step": 2}',
        b'{"loss": 1}', b'{"step": 1, "lr": 0.1}', b'{"global_step": 4}', b'{"step": 5, "metrics": {"kl": 1}}',
        b'{"step": 9007199254740993}', b'{"step": 6, "loss": 1e999}', b'{"step": 7, "loss": -NaN}', b'{"step": NaN}',
        b'{"step": 3, "loss": 1, "loss": 2}', b'\xff', b'{"step": 8,', b'"loss": 1}', b'{"step": 9, "note": "NaN"}',
    ]
)  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Rows as trainers write them: keys in one order, some left out now and then, steps that repeat and go back."""
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=1, max_size=5))
    time = draw(st.none() | TIMES)
    lines, step = [], draw(st.integers(-3, 5))
    for _ in range(draw(st.integers(0, 40))):
        kind = draw(st.integers(0, 19))
        if kind == 0:
            lines.append(draw(ODD))
            continue
        step += {1: 0, 2: 0, 3: -draw(st.integers(1, 6))}.get(kind, 1)
        row: dict[str, object] = {"step": step}
        if time is not None:
            row["timestamp"] = draw(TIMES) if kind == 4 else time
        row.update((key, draw(NUMBERS)) for key in keys if kind > 5 or draw(st.booleans()))
        lines.append(json.dumps(row).encode())
    return b"".join(line + b"\n" for line in lines)


def one_by_one(data: bytes) -> tuple[MetricHistory, int]:
    history, skipped = MetricHistory(), 0
    for line in data.split(b"\n"):
        row = parse_row(line)
        if row is None:
            skipped += bool(line.strip())
        else:
            history.add(row)
    return history, skipped


def table(history: MetricHistory) -> dict[int, dict[str, float]]:
    return dict(history.rows())


def in_blocks(data: bytes, lines_a_block: int) -> list[bytes]:
    lines = [line + b"\n" for line in data.split(b"\n")[:-1]]
    return [b"".join(lines[i : i + lines_a_block]) for i in range(0, len(lines), lines_a_block)]


@given(files(), st.integers(1, 20))
def test_blocks_come_to_the_same_as_lines(data: bytes, lines_a_block: int) -> None:
    history = MetricHistory()
    skipped = load(history, iter(in_blocks(data, lines_a_block)), len(data))
    wanted, wanted_skipped = one_by_one(data)
    assert same(table(history), table(wanted))
    assert (history.columns, skipped) == (wanted.columns, wanted_skipped)
    assert repr(history.latest()) == repr(wanted.latest())
    found, expected = history.table().columns, wanted.table().columns
    assert {k: repr(c.newest) for k, c in found.items()} == {k: repr(c.newest) for k, c in expected.items()}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "training.jsonl"


def rows(start: int, stop: int, **more: float) -> bytes:
    stamp = "2026-11-20T10:00:01.250Z"
    made = ({"step": s, "timestamp": stamp, "loss": s / 7, "kl": math.sqrt(s), **more} for s in range(start, stop))
    return "".join(json.dumps(row) + "\n" for row in made).encode()


def test_a_long_file_is_read_in_blocks_and_followed_row_by_row(log: Path) -> None:
    long = {"x" * 400: 1.0}
    evaluation = b'{"step": 5000, "eval_loss": 0.5}\n'
    data = rows(1, 5_001, **long) + evaluation + rows(5_001, 10_000, **long) + b'{"step": 10000, "loss": NaN}\n'
    log.write_bytes(data + b'{"step": 10001, "lo')
    follower = RowFollower()
    assert follower.read([log]) is True
    assert same(table(follower.history), table(one_by_one(data)[0]))
    with log.open("ab") as file:
        file.write(b'ss": 0.25}\n')
    assert follower.read([log]) is True
    assert follower.history.row(10_001) == {"loss": 0.25}
    assert (follower.skipped, follower.read([log])) == (0, False)


def test_a_long_file_takes_little_more_than_its_numbers(log: Path) -> None:
    log.write_bytes(rows(1, 100_000))
    follower = RowFollower()
    follower.read([log])
    history = follower.history
    assert len(history) == 99_999
    assert history.nbytes <= 12 * 3 * len(history)


def test_an_attempt_that_went_back_within_a_long_file(log: Path) -> None:
    data = rows(1, 40_000, old=1.0) + rows(20_000, 45_000)
    log.write_bytes(data)
    follower = RowFollower()
    follower.read([log])
    steps, marks = follower.history.series("old")
    assert (steps[-1], len(marks), follower.history.steps) == (19_999, 19_999, list(range(1, 45_000)))


@given(st.lists(st.sampled_from(["NaN", "Infinity", "-Infinity", "1.5", "-0.0"]), min_size=2, max_size=30))
def test_words_for_numbers_do_not_slow_a_block_into_lines(words: list[str]) -> None:
    data = "".join(f'{{"step": {i}, "loss": {word}}}\n' for i, word in enumerate(words)).encode()
    history = MetricHistory()
    assert load(history, iter([data]), len(data)) == 0
    assert same(table(history), naive_table([data]))


def test_a_log_that_is_rotated_loses_no_rows(log: Path) -> None:
    follower = RowFollower()
    lines = [json.dumps({"step": s, "loss": 1.0 / s}).encode() + b"\n" for s in range(1, 10)]
    log.write_bytes(b"".join(lines[:4]))
    follower.read([log])
    with log.open("ab") as file:
        file.write(lines[4])
    old = log.rename(log.with_name("training.jsonl.1"))
    log.write_bytes(b"".join(lines[5:]))
    history = follower.history
    assert follower.read([old, log]) is True
    assert follower.history is history, "nothing is read anew"
    assert history.steps == list(range(1, 10))
