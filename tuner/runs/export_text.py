"""Metrics as CSV, JSON and JSON lines, written in blocks of rows out of columns.

CSV: floats as their shortest exact text, an empty cell where a run has no value at a step, ``nan``, ``inf`` and
``-inf`` as words. JSON: null for both; the document counts what was not finite. JSON lines: an absent value has no key,
null stands for one that is not finite.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import orjson

from tuner.runs.export_table import ExportTable, run_column

_BLOCK = 8192
"""Rows made at a time."""

Cell = float | int | str | None


def write_csv(out: BinaryIO, tables: Sequence[ExportTable], names: Sequence[str]) -> None:
    """A header and a row a step; several runs stand below each other with their id in a column ``run``."""
    several = len(tables) > 1
    text = io.TextIOWrapper(out, encoding="utf-8", errors="backslashreplace", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*([run_column(names)] if several else []), "step", *names])
    for table in tables:
        before = [table.run_id] if several else []
        for block in _blocks(table, names):
            writer.writerows([*before, *row] for row in block)  # None is an empty cell, a float its repr
    text.detach()


def write_json(out: BinaryIO, tables: Sequence[ExportTable], names: Sequence[str]) -> None:
    """The document of `runs metrics`: columns, rows, nonfinite; with a column ``run`` where there are several."""
    several = len(tables) > 1
    columns = [*([run_column(names)] if several else []), "step", *names]
    out.write(b'{"columns": ' + _encoded(columns) + b', "rows": [')
    nonfinite = sum(_count_odd(table, names) for table in tables)
    first = True
    for table in tables:
        before: list[Cell] = [table.run_id] if several else []
        for block in _blocks(table, names):
            for row in block:
                out.write((b"\n" if first else b",\n") + _encoded([*before, *row]))
                first = False
    out.write(b'\n], "nonfinite": ' + str(nonfinite).encode() + b"}\n")


def write_jsonl(out: BinaryIO, tables: Sequence[ExportTable], names: Sequence[str]) -> None:
    """An object a step, with the run's id where there are several."""
    several = len(tables) > 1
    keys = ["step", *names]
    for table in tables:
        before: dict[str, Cell] = {run_column(names): table.run_id} if several else {}
        for block in _blocks(table, names):
            for row in block:
                values = {k: v for k, v in zip(keys, row, strict=True) if v is not None}
                out.write(_encoded({**before, **values}) + b"\n")


def _blocks(table: ExportTable, names: Sequence[str]) -> Iterator[Iterator[tuple[Cell, ...]]]:
    """Rows of step and the named columns; None where a value is absent."""
    columns = [table.column(name) for name in names]
    for start in range(0, len(table.steps), _BLOCK):
        part = slice(start, start + _BLOCK)
        cells: list[Sequence[Cell]] = [table.steps[part].tolist()]
        for column in columns:
            if column is None:
                cells.append([None] * len(cells[0]))
            elif column.present[part].all():
                cells.append(column.values[part].tolist())
            else:
                pairs = zip(column.values[part].tolist(), column.present[part].tolist(), strict=True)
                cells.append([v if there else None for v, there in pairs])
        yield zip(*cells, strict=True)


def _count_odd(table: ExportTable, names: Sequence[str]) -> int:
    """How many values are not finite."""
    import numpy as np

    columns = (c for name in names if (c := table.column(name)) is not None)
    return sum(int(np.count_nonzero(c.present & ~np.isfinite(c.values))) for c in columns)


def _encoded(value: object) -> bytes:
    """JSON; orjson writes null for what is not finite."""
    try:
        return orjson.dumps(value)
    except TypeError:  # halves of surrogate pairs in a name
        return orjson.dumps(_mended(value))


def _mended(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", errors="backslashreplace").decode()
    if isinstance(value, list):
        return [_mended(v) for v in value]
    return {_mended(k): v for k, v in value.items()} if isinstance(value, dict) else value
