"""The records of a Parquet file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast

from tuner.data.line import BROKEN_FILE, DatasetUnreadable, Line, Record

_ROWS = 1024
"""Decoded at a time: rows of a batch are Python objects, and long conversations fill memory soon."""


class _Batch(Protocol):
    def to_pylist(self) -> list[Record]: ...


def parquet_rows(path: Path) -> Iterator[Line]:
    """A record a row. A null is a key that is not there: Parquet cannot tell the two apart.

    Raises:
        DatasetUnreadable: pyarrow is missing, or the file is broken.
        OSError: the file cannot be read.
    """
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise DatasetUnreadable(
            f"{path}: reading Parquet needs pyarrow (pip install pyarrow)", "install it, or convert the file to JSONL"
        ) from error
    number = 0
    size = path.stat().st_size
    try:
        with parquet.ParquetFile(path) as file:
            total = max(1, file.metadata.num_rows)
            for batch in file.iter_batches(batch_size=_ROWS):
                for record in cast(_Batch, batch).to_pylist():  # pyarrow is untyped
                    number += 1
                    yield Line(
                        number,
                        {k: without_nulls(v) for k, v in record.items() if v is not None},
                        "",
                        size * number // total,
                    )
    except ArrowException as error:
        raise DatasetUnreadable(f"{path}: not a valid Parquet file ({error})", BROKEN_FILE) from error


def without_nulls(value: object) -> object:
    """A value of a column in whose structs every key that any row has stands, mostly as null."""
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [without_nulls(v) for v in value]
    return value
