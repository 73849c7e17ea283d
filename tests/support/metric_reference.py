"""What the metric readers must come to, worked out the naive way: all lines at once, with nothing remembered."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

Table = dict[int, dict[str, float]]


def naive_table(files: list[bytes]) -> Table:
    """One merged row per step over the files of all attempts, in their order."""
    table: Table = {}
    last: int | None = None
    for data in files:
        for line in data.split(b"\n")[:-1]:  # what follows the last line's end is torn
            row = _row(line)
            if row is None:
                continue
            step, values = row
            if last is not None and step < last:
                table = {s: r for s, r in table.items() if s < step}
            table.setdefault(step, {}).update(values)
            last = step
    return table


def same(found: Mapping[int, Mapping[str, float]], wanted: Mapping[int, Mapping[str, float]]) -> bool:
    """Whether two tables are equal, NaN included."""
    return _comparable(found) == _comparable(wanted)


def _comparable(table: Mapping[int, Mapping[str, float]]) -> list[tuple[int, list[tuple[str, str]]]]:
    rows = []
    for step, row in table.items():
        rows.append((step, sorted((k, "nan" if math.isnan(v) else repr(float(v))) for k, v in row.items())))
    return rows


def _row(line: bytes) -> tuple[int, dict[str, float]] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    if not isinstance(value, dict) or type(value.get("step")) is not int:
        return None
    numbers = {k: float(v) for k, v in value.items() if k != "step" and type(v) in {int, float}}
    return value["step"], numbers
