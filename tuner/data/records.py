"""The records of a dataset with their lines: JSONL, JSON, CSV, Parquet, a folder of shards, or one of the Hub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tuner.data.csv_records import csv_rows
from tuner.data.dataset_files import SUFFIXES, dataset_files, size_of
from tuner.data.hub_name import HubName
from tuner.data.json_records import json_lines, json_list
from tuner.data.line import NOT_OPENED, DatasetUnreadable, Line, Record
from tuner.data.parquet_records import parquet_rows

__all__ = ["SUFFIXES", "DatasetUnreadable", "Line", "Record", "read_lines"]

_READERS: dict[str, Callable[[Path], Iterator[Line]]] = {
    ".jsonl": json_lines,
    ".ndjson": json_lines,
    ".json": json_list,
    ".csv": csv_rows,
    ".parquet": parquet_rows,
}


def read_lines(path: Path, python: str = "") -> Iterator[Line]:
    """Stream the records of a dataset.

    Args:
        path: a file, a folder of shards, a pattern (``data/train-*.jsonl``), or ``hub:ID[@REVISION][:CONFIG][#SPLIT]``.
        python: another interpreter, for a dataset of the Hub where this one has no package ``datasets``.

    Raises:
        DatasetUnreadable: it cannot be opened, is of an unknown kind, or is broken as a whole.
    """
    name = HubName.parse(str(path))
    if name is not None:
        from tuner.data.hub_records import hub_rows

        yield from hub_rows(name, python)
        return
    files = dataset_files(path)
    behind = 0
    for file in files:
        shard = file.name if len(files) > 1 else ""
        try:
            for line in _READERS[file.suffix.lower()](file):
                yield line._replace(at=behind + line.at, file=shard) if shard else line
        except OSError as error:
            raise DatasetUnreadable(f"{file}: {error.strerror or error}", NOT_OPENED) from error
        behind += size_of(file)
