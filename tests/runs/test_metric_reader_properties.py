"""The incremental reader against the naive one, whatever is written and however it arrives."""

from __future__ import annotations

import itertools
import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.support.metric_reference import Table, naive_table, same
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_reader import MetricReader, read_history

NAMES = st.sampled_from(["loss", "eval_loss", "kl", "rewards/margins", "learning_rate", "train_runtime", "num_tokens"])
NUMBERS = st.floats(width=32) | st.integers(-(2**40), 2**40)
VALUES = NUMBERS | st.none() | st.booleans() | st.text("abc", max_size=3)
STEPS = st.integers(0, 30) | st.sampled_from([None, True, 1.5, "x"])
ROWS = st.tuples(st.dictionaries(NAMES, VALUES, max_size=4), STEPS).map(lambda both: {**both[0], "step": both[1]})
NOISE = st.sampled_from([b"", b"   ", b"[1, 2]", b"3", b"not json", b'{"step": ', b"\xff\xfe", b'{"level": "INFO"}'])
LINES = st.lists(ROWS.map(lambda row: json.dumps(row).encode()) | NOISE, max_size=12)


def table(history: MetricHistory) -> Table:
    return {step: dict(history.row(step)) for step in history.steps}


def whole(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


@given(LINES, st.binary(max_size=8).filter(lambda b: b"\n" not in b))
def test_a_file_read_once(lines: list[bytes], torn: bytes) -> None:
    data = whole(lines) + torn
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "logs" / "training_20261120_100000.jsonl"
        path.parent.mkdir()
        path.write_bytes(data)
        history = read_history(Path(folder))
    assert same(table(history), naive_table([data]))
    assert history.steps == sorted(set(history.steps))


@given(LINES, st.lists(st.integers(0, 400), max_size=8))
def test_appended_in_chunks_cut_anywhere(lines: list[bytes], cuts: list[int]) -> None:
    data = whole(lines)
    places = sorted({min(c, len(data)) for c in cuts} | {0, len(data)})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "logs" / "training_20261120_100000.jsonl"
        path.parent.mkdir()
        reader = MetricReader(Path(folder))
        for start, end in itertools.pairwise(places):
            with path.open("ab") as file:
                file.write(data[start:end])
            reader.refresh()
            assert same(table(reader.history), naive_table([data[:end]]))
        assert reader.refresh() is False
    assert same(table(reader.history), naive_table([data]))


class FollowedRun(RuleBasedStateMachine):
    """A reader that follows a run while attempts come, lines are appended, files cut short and replaced."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.run = Path(self.folder.name)
        (self.run / "logs").mkdir()
        self.files: list[Path] = []
        self.reader = MetricReader(self.run)

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule()
    def new_attempt(self) -> None:
        self.files.append(self.run / "logs" / f"training_20261120_{len(self.files):06}.jsonl")
        self.files[-1].touch()

    @rule(lines=LINES, torn=st.sampled_from([b"", b'{"step": 3, "lo']))
    def append(self, lines: list[bytes], torn: bytes) -> None:
        if self.files:
            with self.files[-1].open("ab") as file:
                file.write(whole(lines) + torn)

    @rule(keep=st.integers(0, 60))
    def truncate(self, keep: int) -> None:
        if self.files and self.files[-1].stat().st_size > keep:
            with self.files[-1].open("r+b") as file:
                file.truncate(keep)
            self.look()  # what is cut and grows again beyond its old size between two looks cannot be told apart

    @rule(lines=LINES)
    def replace(self, lines: list[bytes]) -> None:
        if self.files:
            beside = self.files[-1].with_suffix(".new")
            beside.write_bytes(whole(lines))
            beside.replace(self.files[-1])

    @rule()
    def forget_the_newest(self) -> None:
        if len(self.files) > 1:
            self.files.pop().unlink()

    @rule()
    def look(self) -> None:
        self.reader.refresh()

    @invariant()
    def what_a_look_shows_is_what_is_there(self) -> None:
        if getattr(self, "looks", 0) % 2:  # not after each change: several may come between two looks
            self.reader.refresh()
            assert same(table(self.reader.history), naive_table([f.read_bytes() for f in self.files]))
        self.looks = getattr(self, "looks", 0) + 1


TestFollowedRun = FollowedRun.TestCase
TestFollowedRun.settings = settings(max_examples=50, stateful_step_count=20)
