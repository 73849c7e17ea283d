"""A file looked through: every row is usable or counted, none is dropped in silence."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.core.enums import DatasetFormat, Objective
from tuner.data.dataset_files import file_sha256
from tuner.data.inspect import inspect_dataset
from tuner.data.records import DatasetUnreadable
from tuner.data.report import LISTED, DatasetReport
from tuner.data.split import held_out
from tuner.data.usable_rows import usable_rows

AUTO, SFT = DatasetFormat.AUTO, Objective.SFT
ROW = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
LINE = st.one_of(
    st.sampled_from([ROW, {**ROW, "label": True}, {"text": "x"}, {"prompt": "p", "chosen": "a", "rejected": "b"}]).map(
        json.dumps
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["messages", "role", "content", "text", "label", "prompt", "completion"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    ).map(json.dumps),
    st.text(max_size=12).filter(lambda text: "\n" not in text),
)


def put(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "x.jsonl"
    path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), encoding="utf-8")
    return path


@given(st.lists(LINE, max_size=8), st.sampled_from(DatasetFormat), st.sampled_from(Objective))
def test_every_line_is_a_row_or_a_problem(lines: list[str], kind: DatasetFormat, objective: Objective) -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = inspect_dataset(put(Path(folder), *lines), kind, objective)
    full = [n for n, line in enumerate(lines, 1) if line.strip(" \t\r\x0b\x0c")]
    assert report.rows + report.problem_count == len(full)
    assert report.problem_count == len(report.problems) == sum(report.by_code.values())
    assert {p.line for p in report.problems} <= set(full)
    assert all(p.code and p.message for p in report.problems)


def test_the_first_usable_row_decides_the_format(tmp_path: Path) -> None:
    path = put(tmp_path, {"messages": []}, {"text": "x"}, ROW, {"text": "y"}, {"other": 1}, "{")
    report = inspect_dataset(path, AUTO, SFT)
    assert (report.format, report.rows) == (DatasetFormat.TEXT, 2)
    assert [(p.line, p.code) for p in report.problems] == [
        (1, "EMPTY"),
        (3, "MIXED_FORMAT"),
        (5, "UNKNOWN_FORMAT") if report.format is None else (5, "MISSING_KEY"),
        (6, "NOT_A_RECORD"),
    ]
    assert report.bytes == path.stat().st_size
    assert report.mtime == path.stat().st_mtime


def test_a_row_of_no_format_before_any_is_decided(tmp_path: Path) -> None:
    (problem,) = inspect_dataset(put(tmp_path, {"b": 1, "a": 2}), AUTO, SFT).problems
    assert (problem.code, problem.message) == ("UNKNOWN_FORMAT", "keys b, a fit no known format")


@pytest.mark.parametrize(
    ("objective", "row", "usable"),
    [
        (Objective.SFT, ROW, True),
        (Objective.SFT, {**ROW, "label": True}, False),
        (Objective.KTO, {**ROW, "label": True}, True),
        (Objective.KTO, ROW, False),
        (Objective.DPO, {"prompt": "p", "chosen": "a", "rejected": "b"}, True),
        (Objective.DPO, ROW, False),
        (Objective.PRETRAIN, {"text": "x"}, True),
        (Objective.PRETRAIN, ROW, True),
    ],
)
def test_which_objective_can_use_which_rows(tmp_path: Path, objective: Objective, row: object, usable: bool) -> None:
    report = inspect_dataset(put(tmp_path, row), AUTO, objective)
    assert (report.rows, [p.code for p in report.problems]) == ((1, []) if usable else (0, ["WRONG_FORMAT"]))


def test_pretraining_takes_a_mixture(tmp_path: Path) -> None:
    report = inspect_dataset(put(tmp_path, ROW, {"text": "x"}), AUTO, Objective.PRETRAIN)
    assert (report.rows, report.problem_count) == (2, 0)


def test_a_format_that_is_named_rules(tmp_path: Path) -> None:
    report = inspect_dataset(put(tmp_path, {"text": "x"}, ROW), DatasetFormat.MESSAGES, SFT)
    assert (report.format, report.rows) == (DatasetFormat.MESSAGES, 1)
    assert [p.code for p in report.problems] == ["MIXED_FORMAT"]


def test_all_problems_are_counted_and_the_first_are_listed(tmp_path: Path) -> None:
    report = inspect_dataset(put(tmp_path, *["{"] * (LISTED + 5)), AUTO, SFT)
    assert (report.problem_count, len(report.problems)) == (LISTED + 5, LISTED)
    assert report.by_code == {"NOT_A_RECORD": LISTED + 5}


def test_rows_come_in_the_trainers_shape(tmp_path: Path) -> None:
    path = put(tmp_path, ROW)
    (row,) = usable_rows(path, AUTO, SFT, DatasetReport(path))
    assert set(row) == {"prompt", "completion"}


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnreadable, match="No such file"):
        inspect_dataset(tmp_path / "missing.jsonl", AUTO, SFT)


def test_the_hash_of_a_file(tmp_path: Path) -> None:
    assert file_sha256(put(tmp_path, "abc")) == hashlib.sha256(b"abc\n").hexdigest()


PROMPTS = st.lists(st.text(max_size=3) | st.sampled_from(["\ud83d", "\udc80"]), max_size=4).map("".join)


@given(PROMPTS, PROMPTS, st.integers(0, 2**32 - 1))
def test_two_answers_to_one_prompt_stay_on_one_side(prompt: str, answer: str, seed: int) -> None:
    first = held_out({"prompt": prompt, "completion": answer}, 0.5, seed)
    assert held_out({"completion": "other", "prompt": prompt}, 0.5, seed) == first
    assert held_out({"prompt": prompt}, 0.0, seed) is False
    assert held_out({"prompt": prompt}, 1.0, seed) is True


def test_the_share_held_out_is_about_the_fraction_and_depends_on_the_seed() -> None:
    rows = [{"text": f"row {i}"} for i in range(2000)]
    held = [sum(held_out(r, 0.1, seed) for r in rows) for seed in (1, 2)]
    assert all(150 < n < 250 for n in held)
    assert [held_out(r, 0.1, 1) for r in rows] != [held_out(r, 0.1, 2) for r in rows]
