"""Steps, times and errors in lines; going to a place."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tuner.runs import log_places
from tuner.runs.log_lines import make_line
from tuner.runs.log_marks import is_error, step_of, time_of
from tuner.runs.log_places import Kind, Place, PlaceError, find_place, parse_place
from tuner.runs.log_reader import LogReader


@pytest.fixture(autouse=True)
def in_london(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/London")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("step=810 loss=.4", 810),
        ("{'loss': 0.3, 'global_step': 55}", 55),
        ('{"step": 12, "loss": 1}', 12),
        ("Step 810: saved", 810),
        (" 68%|██████▊   | 810/1200 [10:12<04:55,  1.32it/s]", 810),
        ("Map: 100%|██| 2000/2000 [00:01<00:00]", None),
        ("steps: 3.5 per second", None),
        ("10 steps 3s", None),
        ("at 1/2 of it", None),
        ("nothing", None),
    ],
)
def test_the_step_of_a_line(text: str, step: int | None) -> None:
    assert step_of(text) == step


def test_a_row_over_a_bar_has_the_bars_step() -> None:
    raw = b"  1%| | 9/1200 [00:05<10:00]\r  1%| | 10/1200 [00:05<10:00]\r                \r{'loss': 0.4, 'epoch': 0.1}"
    line = make_line(raw, 0, 0)
    assert line.text == "{'loss': 0.4, 'epoch': 0.1}"
    assert line.step == 10


def local(*parts: int) -> float:
    return datetime(*parts).timestamp()  # type: ignore[arg-type]  # year to second


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12:00:01 step", (43201.0, False)),
        ("2026-07-22T14:32:05Z x", (datetime.fromisoformat("2026-07-22T14:32:05+00:00").timestamp(), True)),
        ("[2026-07-22 14:32:05,123] x", ("local", True)),
        ("2026-13-22 14:32:05 x", None),
        ("10/1200 [00:05<10:00]", None),
        ("12:61:00", None),
        ("x" * 90 + " 12:00:01", None),
    ],
)
def test_the_time_of_a_line(text: str, found: tuple[object, bool] | None) -> None:
    if found is not None and found[0] == "local":
        found = (local(2026, 7, 22, 14, 32, 5), True)
    assert time_of(text) == found


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("ValueError: x", True),
        ("torch.OutOfMemoryError: CUDA", True),
        ("Traceback (most recent call last):", True),
        ("CUDA out of memory", True),
        ("killed by signal 9", True),
        ("0 errors", False),
        ("no errors but a fatal end", True),
        ("error_rate=0.1", False),
        ("errors: 0", False),
        ("reroll", False),
    ],
)
def test_error_lines(text: str, bad: bool) -> None:
    assert is_error(text) is bad


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1234", Place(Kind.LINE, 1234)),
        (" 1,234 ", Place(Kind.LINE, 1234)),
        ("step 810", Place(Kind.STEP, 810)),
        ("s=5", Place(Kind.STEP, 5)),
        ("14:32", Place(Kind.TIME, 52320)),
        ("14:32:05", Place(Kind.TIME, 52325)),
    ],
)
def test_places(text: str, place: Place) -> None:
    assert parse_place(text) == place


def test_a_date_is_local_unless_it_says_otherwise() -> None:
    assert parse_place("2026-07-22T14:32") == Place(Kind.DATED, local(2026, 7, 22, 14, 32))
    assert parse_place("2026-07-22T14:32Z").value - parse_place("2026-07-22T14:32").value == 3600


@pytest.mark.parametrize("text", ["", "yesterday", "25:00", "12:99", "2026-99-99", "2026-07-22T1", "step", ",", "1.5"])
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(PlaceError, match="is no place: a line 1234, a time 14:32"):
        parse_place(text)


Make = Callable[[list[str]], LogReader]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(lines: list[str]) -> LogReader:
        path = tmp_path / "console.log"
        path.write_text("".join(f"{line}\n" for line in lines))
        log = LogReader(path)
        log.refresh()
        while log.advance():
            pass
        return log

    return made


def where(log: LogReader, text: str, rows: list[tuple[int, float]] | None = None) -> tuple[str, str]:
    line, said = find_place(log, parse_place(text), lambda: rows or [])
    return log.window(line, 1).lines[0].text, said


@pytest.mark.parametrize("all_read", [10**6, 10])
def test_a_step_in_a_long_log_and_in_a_short_one(make: Make, monkeypatch: pytest.MonkeyPatch, all_read: int) -> None:
    monkeypatch.setattr(log_places, "ALL_READ", all_read)
    log = make([f"{'' if n % 3 else f'step={n}'} of {n}" for n in range(5000)])
    for step in (0, 3, 2001, 4998):
        assert where(log, f"step {step}") == (f"step={step} of {step}", "")
    assert where(log, "step 10") == ("step=12 of 12", "the log does not name step 10; the next it names is 12")
    with pytest.raises(PlaceError, match="no line of the log names step 4999"):
        where(log, "step 4999")


def test_of_a_resumed_run_the_later_attempt_counts(make: Make) -> None:
    log = make([*(f"step={n} first" for n in range(1, 301)), "stopped", *(f"step={n} again" for n in range(201, 401))])
    assert where(log, "step 250")[0] == "step=250 again"
    assert where(log, "step 100")[0] == "step=100 first"
    assert where(log, "step 350")[0] == "step=350 again"


def test_an_evaluations_bar_is_not_the_trainings(make: Make) -> None:
    log = make([" 1%| | 10/1200 [00:05<10:00]", " 50%| | 20/40 [00:01<00:01]", " 2%| | 20/1200 [00:09<10:00]"])
    assert where(log, "step 20")[0].endswith("20/1200 [00:09<10:00]")


@pytest.mark.parametrize("all_read", [10**6, 10])
def test_times_without_dates_and_with(make: Make, monkeypatch: pytest.MonkeyPatch, all_read: int) -> None:
    monkeypatch.setattr(log_places, "ALL_READ", all_read)
    log = make([f"{10 + n // 3600}:{n // 60 % 60:02d}:{n % 60:02d} line" for n in range(0, 7200, 7)])
    assert where(log, "10:30")[0] == "10:30:06 line"
    with pytest.raises(PlaceError, match="the log ends before that time"):
        where(log, "23:00")
    log = make([f"2026-07-{20 + n // 24} {n % 24:02d}:00:00 line" for n in range(60)])
    assert where(log, "2026-07-21T05:30")[0] == "2026-07-21 06:00:00 line"
    assert where(log, "05:00")[0] == "2026-07-22 05:00:00 line"  # the last day that had this time
    assert where(log, "20:00")[0] == "2026-07-21 20:00:00 line"
    with pytest.raises(PlaceError, match="the log ends before that time"):
        where(log, "2026-08-01")


def test_a_date_in_a_log_that_has_only_hours(make: Make) -> None:
    log = make(["10:00:00 a", "11:00:00 b"])
    assert where(log, "2026-07-22T10:30")[0] == "11:00:00 b"


def test_metric_rows_help_where_the_log_has_only_steps_or_only_times(make: Make) -> None:
    rows = [(n, local(2026, 7, 22, 10, n)) for n in range(0, 50, 10)]
    log = make([f"step={n}" for n in range(50)])
    assert where(log, "10:15", rows) == ("step=20", "by step: the metrics have step 20 then")
    assert where(log, "2026-07-22T10:30", rows) == ("step=30", "by step: the metrics have step 30 then")
    with pytest.raises(PlaceError, match="ends before"):
        where(log, "2026-07-23", rows)
    with pytest.raises(PlaceError, match="neither the log nor the metrics have times"):
        where(log, "10:15")
    with pytest.raises(PlaceError, match="the log has no times"):
        where(log, "2026-07-22")
    log = make([f"10:{n:02d}:00 line" for n in range(60)])
    assert where(log, "step 15", rows) == ("10:20:00 line", "by time: the metrics have step 20 then")


def test_lines_and_an_empty_log(make: Make) -> None:
    log = make(["a", "b"])
    assert where(log, "2") == ("b", "")
    assert where(log, "0") == ("a", "the log has 2 lines")
    with pytest.raises(PlaceError, match="the log is empty"):
        where(make([]), "1")
    assert os.environ["TZ"] == "Europe/London"
