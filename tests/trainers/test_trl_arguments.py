"""What another version of TRL does not know is told, never dropped in silence."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl")

from tests.support.built_trainers import Silent
from Trainers.common.trl_arguments import made_with


@dataclass
class Older:
    """A configuration class of few words."""

    learning_rate: float
    counted: int = field(init=False, default=0)


def test_an_unknown_argument_is_told_where_it_asks_for_something(tmp_path: Path) -> None:
    reporter: Any = Silent(tmp_path)
    asked = {"learning_rate": 0.5, "newer": 3, "counted": 4, "off": False, "none": None, "empty": {}, "nothing": []}
    made = made_with(asked, Older, reporter)
    assert (made.learning_rate, made.counted) == (0.5, 0)
    assert [text.partition(" is left out")[0] for text in reporter.events] == ["newer: 3", "counted: 4"]
    assert all("Older of trl " in text for text in reporter.events)
