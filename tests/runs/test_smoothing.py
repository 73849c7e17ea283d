"""The moving average against its formula said plainly, however it is worked out."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.runs import smoothing
from tuner.runs.smoothing import Smoother, smooth

WEIGHTS = st.floats(0, 0.999) | st.sampled_from([0.0, 1e-12, 0.5, 0.9, 0.99, 0.9999])
VALUES = st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, -math.inf])
LONG = smoothing._LONG  # from here on another way is taken


def naive(values: list[float], weight: float) -> list[float]:
    """TensorBoard's loop; what is not finite stays a gap."""
    last, count, made = 0.0, 0, []
    for value in values:
        if not math.isfinite(value) or not weight:
            made.append(value)
            continue
        last = last * weight + (1 - weight) * value
        count += 1
        made.append(last / (1 - weight**count))
    return made


def close(found: list[float], wanted: list[float], scale: float) -> bool:
    return len(found) == len(wanted) and all(
        repr(a) == repr(b) or abs(a - b) <= 1e-9 * max(abs(b), scale) for a, b in zip(found, wanted, strict=True)
    )


@given(st.lists(VALUES, max_size=60), st.floats(0.01, 0.999) | st.just(0.0))
def test_short_series(values: list[float], weight: float) -> None:
    scale = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    assert close(list(smooth(values, weight)), naive(values, weight), scale)


@given(st.integers(0, 2**32), WEIGHTS, st.integers(0, 600), st.sampled_from([0.0, 0.01, 0.9, 1.0]))
def test_long_series(seed: int, weight: float, more: int, gaps: float) -> None:
    made = random.Random(seed)
    values = [math.nan if made.random() < gaps else made.uniform(0.1, 10.0) for _ in range(LONG + more)]
    assert close(list(smooth(values, weight)), naive(values, weight), 0.0)


def test_the_first_value_is_not_drawn_towards_zero() -> None:
    assert list(smooth([5.0, 5.0, 5.0], 0.99)) == pytest.approx([5.0, 5.0, 5.0], rel=1e-12)
    assert list(smooth([1.0, 3.0], 0.5)) == pytest.approx([1.0, (0.25 + 1.5) / 0.75])


@given(st.lists(VALUES, max_size=80), st.lists(st.integers(0, 80), max_size=5))
def test_what_comes_later_is_smoothed_as_if_it_had_been_there(values: list[float], cuts: list[int]) -> None:
    whole, parts = Smoother(0.8), Smoother(0.8)
    whole.extend(values)
    for start, stop in zip([0, *sorted(cuts)], [*sorted(cuts), len(values)], strict=True):
        parts.extend(values[start:stop])
    assert list(map(repr, parts.values.shown())) == list(map(repr, whole.values.shown()))


def test_a_long_part_behind_a_short_one_and_a_last_value_completed() -> None:
    made = random.Random(3)
    values = [made.random() for _ in range(2 * LONG)]
    parts = Smoother(0.97)
    parts.extend(values[:10])
    parts.extend(values[10:-1])
    parts.extend([99.0])
    parts.redo_last(values[-1])
    assert close(list(parts.values.shown()), naive(values, 0.97), 0.0)


@pytest.mark.parametrize("weight", [-0.1, 1.0, 1.5, math.nan])
def test_a_weight_outside_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="smoothing weight"):
        smooth([1.0], weight)
