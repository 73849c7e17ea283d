"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from tuiapp.formatting import large


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (150.5, "150.5"), (9999, "9999"), (10_000, "10k"), (261_500, "261.5k"), (999_999, "1M"),
        (-123_456, "-123.5k"), (123_456_789, "123.5M"), (1e12, "1T"), (1e300, "1e+300"), (math.inf, "inf"),
    ],
)  # fmt: skip
def test_large_numbers_have_a_suffix(value: float, text: str) -> None:
    assert large(value) == text
