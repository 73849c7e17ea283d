"""Times of many rows at once against the standard library's, one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.runs.metric_times import seconds_of

MOMENTS = st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
DIGITS = {0: "seconds", 3: "milliseconds", 6: "microseconds"}


def seconds(texts: list[str]) -> list[float] | None:
    found = seconds_of(np.frombuffer("".join(texts).encode(), np.uint8).reshape(len(texts), -1))
    return None if found is None else found.tolist()


@given(st.lists(MOMENTS, min_size=1, max_size=20), st.sampled_from(list(DIGITS)), st.booleans())
def test_times_of_any_day(moments: list[datetime], digits: int, zulu: bool) -> None:
    texts = [m.isoformat(timespec=DIGITS[digits]).replace("+00:00", "Z" if zulu else "+00:00") for m in moments]
    assert seconds(texts) == [datetime.fromisoformat(t).timestamp() for t in texts]


@given(MOMENTS.filter(lambda m: m.year < 2199), st.lists(st.floats(0, 1000), min_size=1, max_size=30))
def test_times_of_one_day(start: datetime, later: list[float]) -> None:
    moments = [start + timedelta(seconds=s) for s in later]
    texts = [m.isoformat(timespec="milliseconds") for m in moments]
    assert seconds(texts) == [datetime.fromisoformat(t).timestamp() for t in texts]


@pytest.mark.parametrize(
    "odd",
    [
        "2026-11-20T10:00:01.25xZ", "2026-11-20T24:00:01.250Z", "2026-11-20T10:60:01.250Z", "2026-11-20T10:00:60.250Z",
        "2026-11-20T10-00:01.250Z", "2026-11-20T10:00:01.250z", "2026-02-30T10:00:01.250Z",
        "9999-11-20T10:00:01.250Z", "2026-1\u00e9-2T10:00:01.250Z",
    ],
)  # fmt: skip
def test_what_is_no_such_time_is_refused(odd: str) -> None:
    plain = "2026-11-20T10:00:01.250Z"
    assert seconds([plain, plain]) is not None
    assert seconds([plain, odd]) is None
    assert seconds([odd, odd]) is None
